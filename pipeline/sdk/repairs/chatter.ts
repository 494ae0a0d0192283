/**
 * The SDK tells its progress (jobs, services that it starts and ends) by console.debug and console.info. Standard output belongs to the
 * user, as do these functions: only what the SDK says from within its own methods is dropped.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { PortableRunner } from "apache-beam/runners/portable_runner/runner";
import { PythonService, SubprocessService } from "apache-beam/utils/service";
import { ExternalWorkerPool } from "apache-beam/worker/external_worker_service";

const within = new AsyncLocalStorage<true>();

for (const method of ["debug", "info"] as const) {
  const print = console[method];
  console[method] = (...line: unknown[]) => {
    if (within.getStore() === undefined) print.apply(console, line);
  };
}

function quiet(prototype: object, names: readonly string[]): void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const method = methods[name]!;
    methods[name] = function (...args) {
      return within.run(true, () => method.apply(this, args));
    };
  }
}

quiet(PortableRunner.prototype, ["runPipelineWithProto"]);
quiet(SubprocessService.prototype, ["start", "stop"]);
quiet(PythonService, ["beamPython"]);
quiet(ExternalWorkerPool.prototype, ["stop"]);

// A worker that the driver itself hosts runs the user's functions: what these say is theirs again.
const start = ExternalWorkerPool.prototype.start;
ExternalWorkerPool.prototype.start = function (this: ExternalWorkerPool) {
  return within.exit(() => start.call(this));
};
