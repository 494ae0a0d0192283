/**
 * A worker of the SDK lived on when its control channel had ended: it slept for eleven days, and its log loop never returns at all. And
 * as nobody listened for the channel's error, losing the runner was an uncaught exception in whatever process held the worker.
 */
import { BeamFnControlClient } from "apache-beam/proto/beam_fn_api.grpc-client";

/** The SDK sends its log lines every 100 ms; the last ones should leave too. */
const LAST_WORDS_MS = 300;

const isWorkerProcess = require.main?.filename === require.resolve("apache-beam/worker/worker_main");

const control = BeamFnControlClient.prototype.control;
BeamFnControlClient.prototype.control = function (this: BeamFnControlClient, ...args: Parameters<typeof control>) {
  const channel = control.apply(this, args);
  channel.on("end", () => leave(0));
  channel.on("error", (error: Error & { code?: number }) => {
    console.error(`The control channel has failed: gRPC status ${error.code ?? "unknown"}.`);
    leave(1);
  });
  return channel;
} as typeof control;

/** Ends the process if it is a worker's; a driver that hosts a worker goes on. */
function leave(code: 0 | 1): void {
  if (!isWorkerProcess) return;
  process.exitCode ||= code;
  setTimeout(() => process.exit(), LAST_WORDS_MS);
}
