/**
 * How a worker of the SDK runs one bundle. It asked for the bundle's descriptor without saying who asks (a runner that serves many
 * workers on one port refuses that, as Prism does), printed errors with what they quote, and kept what a failed bundle left behind.
 */
import { Metadata } from "@grpc/grpc-js";
import type { InstructionRequest, ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { loggingLocalStorage } from "apache-beam/worker/logging";
import { BundleProcessor, Worker } from "apache-beam/worker/worker";
import { describeWithoutValues } from "../../../deploy/defects";
import { abandonBundle } from "./data-channel";
import { monitoringOf, respond } from "./responses";

/** Answers with the metrics of the bundle, or with an error whose text holds no value of an element. Never rejects. */
Worker.prototype.process = async function (this: Worker, request: InstructionRequest) {
  if (request.request.oneofKind !== "processBundle") return;
  const { instructionId } = request;
  const { processBundleDescriptorId } = request.request.processBundle;
  let processor: BundleProcessor | undefined;
  try {
    await ensureDescriptor(this, processBundleDescriptorId);
    processor = this.aquireBundleProcessor(processBundleDescriptorId);
    this.activeBundleProcessors.set(instructionId, processor);
    await processor.process(instructionId);
    const monitoring = monitoringOf(this, processor);
    this.bundleProcessors.get(processBundleDescriptorId)!.push(processor);
    respond(this, instructionId, {
      oneofKind: "processBundle",
      processBundle: { residualRoots: [], requiresFinalization: false, ...monitoring },
    });
  } catch (error) {
    // A processor that failed is thrown away. Before there was one no element had been read, so the message may be told.
    abandonBundle(this, instructionId);
    const text = processor === undefined ? String(error) : describeWithoutValues(error);
    respond(this, instructionId, { oneofKind: undefined }, text);
  } finally {
    this.activeBundleProcessors.delete(instructionId);
  }
};

async function ensureDescriptor(worker: Worker, id: string): Promise<void> {
  if (worker.processBundleDescriptors.has(id)) return;
  const metadata = new Metadata();
  metadata.add("worker_id", (worker as unknown as { id: string }).id);
  const descriptor = await new Promise<ProcessBundleDescriptor>((resolve, reject) => {
    worker.controlClient.getProcessBundleDescriptor({ processBundleDescriptorId: id }, metadata, (error, value) =>
      value === undefined ? reject(error) : resolve(value),
    );
  });
  worker.processBundleDescriptors.set(id, withoutWindowedWrappings(descriptor));
}

const WINDOWED = ["beam:coder:windowed_value:v1", "beam:coder:param_windowed_value:v1"];

/** Dataflow gives a PCollection the coder of its windowed values, where the Fn API has the coder of its elements. As the SDK does it. */
function withoutWindowedWrappings(descriptor: ProcessBundleDescriptor): ProcessBundleDescriptor {
  for (const collection of Object.values(descriptor.pcollections)) {
    const coder = descriptor.coders[collection.coderId];
    if (WINDOWED.includes(coder?.spec?.urn ?? "")) collection.coderId = coder!.componentCoderIds[0]!;
  }
  return descriptor;
}

/** As the SDK does it, without a line on standard output for every bundle. */
BundleProcessor.prototype.process = async function (this: BundleProcessor, instructionId: string) {
  this.metricsContainer.reset();
  this.currentBundleId = instructionId;
  const stage = this.loggingStageInfo;
  stage.instructionId = instructionId;
  loggingLocalStorage.enterWith(stage);
  // An operator must be ready before those that feed it, and is finished after them.
  for (const operator of this.topologicallyOrderedOperators.slice().reverse()) {
    stage.transformId = operator.transformId;
    await operator.startBundle();
  }
  for (const operator of this.topologicallyOrderedOperators) {
    stage.transformId = operator.transformId;
    await operator.finishBundle();
  }
  stage.transformId = undefined;
  stage.instructionId = undefined;
  this.currentBundleId = undefined;
  this.stateProvider = undefined;
};
