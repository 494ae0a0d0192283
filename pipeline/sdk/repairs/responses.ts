import type { InstructionResponse } from "apache-beam/proto/beam_fn_api";
import type { BundleProcessor, Worker } from "apache-beam/worker/worker";

/** Answers a request of the runner. Once the runner has gone there is nobody to answer. */
export function respond(
  worker: Worker,
  instructionId: string,
  response: InstructionResponse["response"],
  error = "",
): void {
  if (worker.controlChannel.writable) worker.controlChannel.write({ instructionId, error, response });
}

/** What a bundle counted so far, in both forms: by short ids for runners that know them, as whole infos for those that do not. */
export function monitoringOf({ metricsShortIdCache: ids }: Worker, processor: BundleProcessor) {
  const data = processor.monitoringData(ids);
  return {
    monitoringData: Object.fromEntries(data),
    monitoringInfos: [...data].map(([id, payload]) => ids.asMonitoringInfo(id, payload)),
  };
}
