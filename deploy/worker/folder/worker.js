/** What boot starts: the SDK's own worker, which ends when the runner has gone. As published it would stay. */
const { loadAllOrExit } = require("./check");

/** A container ends all its processes; a boot that is killed outside of one leaves us behind. */
function endWithBoot() {
  const boot = process.ppid;
  const check = () => {
    if (process.ppid === boot) return;
    console.error("worker: boot has ended");
    process.exit(1);
  };
  setInterval(check, 500).unref();
}

/** worker_main waits for ever: for its log, and behind it for a timer of 11 days. */
function endWithControlChannel() {
  const sdk = require("apache-beam/worker/worker");
  sdk.Worker = class extends sdk.Worker {
    constructor(...given) {
      super(...given);
      this.controlChannel.on("error", (error) => end(1, `the control channel broke: ${error.message}`));
      this.controlChannel.on("end", () => end(0, "the runner closed the control channel"));
    }
  };
}

function end(code, why) {
  console.error(`worker: ${why}`);
  process.exit(code);
}

endWithBoot();
loadAllOrExit();
endWithControlChannel();
require("apache-beam/worker/worker_main");
