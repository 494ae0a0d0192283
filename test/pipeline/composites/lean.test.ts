import assert from "node:assert/strict";
import { graphOf, GROWN, PLACES, stepNames, steps, updatedBy } from "./graphs";
import { PipelineProto } from "../../../pipeline/sdk/pipeline-proto";

describe("the lean graph", () => {
  const methods = { read: "native", write: "native" } as const;

  it("has step names that a running job can be updated by, and no other language is asked for it", async () => {
    assert.deepEqual(stepNames(await graphOf(methods)), [
      "deadLetters",
      "decode/flatMap(apply)",
      "decode/split",
      "parseRow/flatMap(apply)",
      "parseRow/split",
      "readMessages/map(toMessage)",
      "readMessages/read",
      "writeDeadLetters/publish",
      "writeRows/append",
    ]);
  });

  it("has one environment and nothing to stage", async () => {
    const proto = await graphOf(methods);
    const { environments, transforms } = proto.components!;
    assert.deepEqual(Object.keys(environments), ["jsEnvironment"]);
    assert.deepEqual(environments.jsEnvironment!.dependencies, []);
    for (const { environmentId } of Object.values(transforms)) assert.match(environmentId, /^(?:jsEnvironment)?$/);
    assert.ok(PipelineProto.toBinary(proto).length < 20_000);
  });

  it("can be updated in place when the schema grows: no step, flow or coder is another", async () => {
    const [proto, grown] = [await graphOf(methods), await graphOf(methods, undefined, PLACES, GROWN)];
    assert.ok(Object.keys(updatedBy(proto)).length > 8);
    assert.deepEqual(updatedBy(grown), updatedBy(proto));
    assert.notDeepEqual(PipelineProto.toBinary(grown), PipelineProto.toBinary(proto));
  });

  it("is of transforms that a service knows", async () => {
    const proto = await graphOf(methods);
    assert.deepEqual([...new Set(steps(proto).map(({ spec }) => spec!.urn))].sort(), [
      "beam:transform:flatten:v1",
      "beam:transform:pardo:v1",
      "beam:transform:pubsub_read:v1",
    ]);
  });

  it("is the same for the same pipeline, byte for byte", async () => {
    const [one, other] = [await graphOf(methods), await graphOf(methods)];
    assert.deepEqual(PipelineProto.toBinary(one), PipelineProto.toBinary(other));
  });
});
