/**
 * The requests of a runner to a worker of the SDK. It printed every one, did not know three of them, and answered with an error where a
 * split or a progress request crossed the beginning or the end of its bundle, which the Fn API expects to happen.
 */
import type { InstructionRequest, InstructionResponse } from "apache-beam/proto/beam_fn_api";
import { Worker } from "apache-beam/worker/worker";
import { monitoringOf, respond } from "./responses";

type Request = InstructionRequest["request"];
type Response = InstructionResponse["response"];

Worker.prototype.handleRequest = async function (this: Worker, request: InstructionRequest) {
  const { instructionId } = request;
  if (request.request.oneofKind === "processBundle") return this.process(request);
  try {
    respond(this, instructionId, answer(this, request.request));
  } catch (error) {
    respond(this, instructionId, { oneofKind: undefined }, String(error));
  }
};

function answer(worker: Worker, request: Request): Response {
  switch (request.oneofKind) {
    case "processBundleProgress": {
      const bundle = worker.activeBundleProcessors.get(request.processBundleProgress.instructionId);
      const processBundleProgress = bundle ? monitoringOf(worker, bundle) : { monitoringInfos: [], monitoringData: {} };
      return { oneofKind: request.oneofKind, processBundleProgress };
    }
    case "processBundleSplit": {
      const bundle = worker.activeBundleProcessors.get(request.processBundleSplit.instructionId);
      const unsplit = { primaryRoots: [], residualRoots: [], channelSplits: [] };
      return { oneofKind: request.oneofKind, processBundleSplit: bundle?.split(request.processBundleSplit) ?? unsplit };
    }
    case "finalizeBundle":
      return { oneofKind: request.oneofKind, finalizeBundle: {} };
    case "monitoringInfos": {
      const ids = request.monitoringInfos.monitoringInfoId;
      return { oneofKind: request.oneofKind, monitoringInfos: { monitoringInfo: knownInfos(worker, ids) } };
    }
    case "harnessMonitoringInfos":
      // What a worker measures of itself, beside its bundles: this one measures nothing.
      return { oneofKind: request.oneofKind, harnessMonitoringInfos: { monitoringData: {} } };
    default:
      throw new Error(`Unknown instruction type: ${request.oneofKind}`);
  }
}

/** What stands behind the short ids of metrics. An id that this worker never gave is left out. */
function knownInfos({ metricsShortIdCache }: Worker, ids: readonly string[]) {
  const known = ids.map((id) => [id, metricsShortIdCache.asMonitoringInfo(id)] as const);
  return Object.fromEntries(known.filter(([, info]) => info !== undefined));
}
