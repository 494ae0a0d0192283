// Loaded into the pipeline's process: at SIGUSR2 its wall clock jumps, as after a wrong time server or a suspended machine.
const now = Date.now;
let offset = 0;
Date.now = () => now() + offset;
globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length > 0 ? given : [Date.now()], newTarget),
});
process.on("SIGUSR2", () => {
  offset += Number(process.env.TORTURE_CLOCK_JUMP_MS);
});
