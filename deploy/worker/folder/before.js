/** Runs before the SDK's worker. Only what must come before its first import: all else is made when the graph's modules are loaded. */
require("regulated-streaming-pipeline/pipeline/sdk/node-compat");

// What is thrown where nobody catches it goes to the workers' log.
require("regulated-streaming-pipeline/deploy/defects").endAtUncaught();

// A container ends all its processes. Outside of one, a boot that is killed would leave us behind, at work for a runner that gave us up.
const boot = process.ppid;
const look = () => {
  if (process.ppid === boot) return;
  console.error("worker: boot has ended");
  process.exit(1);
};
setInterval(look, 500).unref();
