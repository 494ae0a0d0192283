/**
 * A read that the service itself does, `beam:transform:pubsub_read:v1`, straight from TypeScript, as Beam's Go SDK asks for it
 * (sdks/go/pkg/beam/io/pubsubio). Only Dataflow knows it. No other language is asked.
 */
import { type PCollection, type PTransform, type Root, withName } from "./beam";
import { BytesCoder } from "apache-beam/coders/required_coders";
import type { Pipeline } from "apache-beam/internal/pipeline";
import {
  FunctionSpec,
  IsBounded_Enum,
  type PTransform as PTransformProto,
  PubSubReadPayload,
} from "apache-beam/proto/beam_runner_api";

const URN = "beam:transform:pubsub_read:v1";

/** Where messages come from: one of the two, `projects/P/subscriptions/S` or `projects/P/topics/T`. */
export type PubsubSource =
  | { readonly kind: "subscription"; readonly subscription: string }
  | { readonly kind: "topic"; readonly topic: string };

/** Gives each message whole, as the bytes of a serialised google.pubsub.v1.PubsubMessage. */
export function readFromPubSub(source: PubsubSource): PTransform<Root, PCollection<Uint8Array>> {
  const payload = PubSubReadPayload.toBinary(
    PubSubReadPayload.create({
      ...(source.kind === "topic" ? { topic: source.topic } : { subscription: source.subscription }),
      withAttributes: true,
    }),
  );
  return withName("read", (_root: Root, pipeline: Pipeline, proto: PTransformProto) => {
    // The environment is left as the SDK gives it to every step: the Go SDK gives one too, and Dataflow has no use for it.
    proto.spec = FunctionSpec.create({ urn: URN, payload });
    return pipeline.createPCollectionInternal<Uint8Array>(new BytesCoder(), undefined, IsBounded_Enum.UNBOUNDED);
  }) as unknown as PTransform<Root, PCollection<Uint8Array>>;
}
