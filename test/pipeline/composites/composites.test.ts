import assert from "node:assert/strict";
import { graphOf, GROWN, PLACES as places, stepNames, updatedBy } from "./graphs";
import { needsPython } from "../python/support";
import type { Places } from "../../../pipeline/composites";
import { DEFAULT_METHODS } from "../../../pipeline/composites/methods";
import { findPython, PythonService } from "../../../pipeline/runners/python";
import type { PipelineProto } from "../../../pipeline/sdk/pipeline-proto";

describe("the graph for workers with Python in it", () => {
  let python: PythonService;
  let proto: PipelineProto;
  before(async function () {
    needsPython(this);
    python = await PythonService.start(findPython(), "error");
    proto = await expand();
  });
  after(() => python?.stop());

  const expand = (at?: Places) => graphOf(DEFAULT_METHODS, python.expansionService, at);
  const transforms = () => Object.values(proto.components!.transforms);

  it("has step names that a running job can be updated by", () => {
    assert.deepEqual(stepNames(proto), [
      "deadLetters",
      "decode/flatMap(apply)",
      "decode/split",
      "parseRow/flatMap(apply)",
      "parseRow/split",
      "readMessages/map(toMessage)",
      "readMessages/python/ReadMessages/Read/Map(_from_proto_str)",
      "readMessages/python/ReadMessages/Read/ParDo(_AddMetricsPassThrough)",
      "readMessages/python/ReadMessages/Read/Read",
      "readMessages/python/ReadMessages/ToRow",
      "writeDeadLetters/asRows",
      "writeDeadLetters/map(toWire)",
      "writeDeadLetters/python/WriteDeadLetters/Publish/ParDo(_PubSubWriteDoFn)",
      "writeDeadLetters/python/WriteDeadLetters/Publish/ToProtobufX",
      "writeDeadLetters/python/WriteDeadLetters/ToMessage",
      "writeRows/asRows",
      "writeRows/map(toDeadLetter)",
      "writeRows/map(toWire)",
      "writeRows/python/WriteRows/Insert",
    ]);
  });

  it("can be updated in place when the schema grows: no step, flow or coder is another", async () => {
    const grown = await graphOf(DEFAULT_METHODS, python.expansionService, places, GROWN);
    assert.deepEqual(updatedBy(grown), updatedBy(proto));
    assert.notDeepEqual(grown, proto, "what the steps are told is another");
  });

  it("runs in two environments, each in its own image, with nothing staged", () => {
    const { environments } = proto.components!;
    assert.deepEqual(Object.keys(environments).sort(), ["jsEnvironment", "pythonEnvironment"]);
    for (const environment of Object.values(environments)) assert.deepEqual(environment.dependencies, []);
    const used = new Set(transforms().map(({ environmentId }) => environmentId));
    assert.deepEqual([...used].filter((id) => id !== "").sort(), ["jsEnvironment", "pythonEnvironment"]);
  });

  it("lets nothing but rows cross between the languages", () => {
    const { pcollections, coders } = proto.components!;
    const steps = transforms().filter(({ subtransforms, spec }) => subtransforms.length === 0 && spec !== undefined);
    for (const { outputs, environmentId: from } of steps) {
      for (const id of Object.values(outputs)) {
        const readers = steps.filter(({ inputs }) => Object.values(inputs).includes(id));
        if (readers.every(({ environmentId }) => environmentId === from || environmentId === "")) continue;
        if (from !== "") assert.equal(coders[pcollections[id]!.coderId]!.spec!.urn, "beam:coder:row:v1");
      }
    }
  });

  it("reads a topic as well", async () => {
    const { components } = await expand({ ...places, source: { kind: "topic", topic: "projects/proj-1/topics/t" } });
    const read = Object.values(components!.transforms).find(
      ({ spec }) => spec?.urn === "beam:transform:pubsub_read:v1",
    );
    assert.match(Buffer.from(read!.spec!.payload).toString(), /projects\/proj-1\/topics\/t/);
  });

  it("says in one line what Python refuses", async () => {
    const table = { ...places.table, dataset: "" };
    await assert.rejects(expand({ ...places, table }), (error: Error) => {
      assert.match(error.message, /^writeRows\/python cannot be expanded: /);
      return error.constructor.name === "ExpansionError" && !error.message.includes("\n");
    });
  });
});
