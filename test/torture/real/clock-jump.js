// Loaded into the pipeline's process: at SIGUSR2 its wall clock jumps, as after a wrong time server or a suspended machine.
const now = Date.now;
let offset = 0;
Date.now = () => now() + offset;
process.on("SIGUSR2", () => {
  offset += Number(process.env.TORTURE_CLOCK_JUMP_MS);
});
