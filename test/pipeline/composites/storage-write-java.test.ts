import assert from "node:assert/strict";
import { PLACES, SETTINGS, stepNames, steps } from "./graphs";
import { needsPython } from "../python/support";
import type { Context, Methods } from "../../../pipeline/composites";
import { type JavaRow, refusedByJava, rowToJava } from "../../../pipeline/composites/write-storage-java";
import { expandGraph } from "../../../pipeline/runners/expand";
import { findJava, JavaService } from "../../../pipeline/runners/java";
import { findPython, PythonService } from "../../../pipeline/runners/python";
import { ExpansionError } from "../../../pipeline/sdk/cross-language";
import { DockerPayload, ParDoPayload } from "apache-beam/proto/beam_runner_api";
import { UsageError } from "../../../pipeline/usage-error";
import type { PARSED } from "../../../pipeline/wire";
import { requireJava } from "../../support/java";
import { orSkip } from "../../support/skip";

const docker = (image: string) => ({ type: "DOCKER", image }) as const;
const IMAGES = { typescript: docker("worker:1"), python: docker("python:1"), java: docker("java:1") };
const AT_LEAST_ONCE: Methods = { read: "native", write: "storage_write_at_least_once" };
const KEY = "projects/p/locations/europe-west2/keyRings/r/cryptoKeys/k";

describe("the graph for workers with Java in it", function () {
  this.timeout(60_000);
  let java: JavaService;
  before(async function () {
    orSkip(this, requireJava);
    java = await JavaService.start(findJava(), "error");
  });
  after(() => java?.stop());

  const graphOf = (methods: Methods, given: Partial<Context> = {}) => {
    const expansion = { java: java.expansionService, ...given.expansion };
    const context = { places: PLACES, settings: SETTINGS, readBy: "service", ...given, expansion } as const;
    return expandGraph(methods, context, IMAGES);
  };

  it("writes at least once without a shuffle, and has its own names where it is updated by them", async () => {
    const names = stepNames(await graphOf(AT_LEAST_ONCE));
    assert.deepEqual(
      names.filter((name) => name.startsWith("writeRows/")),
      [
        "writeRows/asRows",
        "writeRows/java/toRefused/Map/ParMultiDo(Anonymous)",
        "writeRows/java/write/PrepareWrite/ParDo(Anonymous)/ParMultiDo(Anonymous)",
        "writeRows/java/write/StorageApiLoads/Convert/Convert to message",
        "writeRows/java/write/StorageApiLoads/StorageApiWriteInconsistent/Write Records",
        "writeRows/java/write/StorageApiLoads/flattenErrors",
        "writeRows/java/write/StorageApiLoads/rewindowIntoGlobal/Window.Assign",
        "writeRows/map(toDeadLetter)",
        "writeRows/map(toJava)",
      ],
    );
  });

  it("has Java in an image of its own, and nothing to stage", async () => {
    const { environments, transforms } = (await graphOf(AT_LEAST_ONCE)).components!;
    assert.deepEqual(Object.keys(environments).sort(), ["javaEnvironment", "jsEnvironment"]);
    for (const { dependencies } of Object.values(environments)) assert.deepEqual(dependencies, []);
    assert.equal(DockerPayload.fromBinary(environments.javaEnvironment!.payload).containerImage, "java:1");
    const inJava = Object.values(transforms).filter(({ environmentId }) => environmentId === "javaEnvironment");
    for (const { uniqueName } of inJava) assert.match(uniqueName, /^writeRows\/java\//);
  });

  it("has three environments beside Python's ends", async function () {
    needsPython(this);
    const python = await PythonService.start(findPython(), "error");
    try {
      const expansion = { python: python.expansionService, java: java.expansionService };
      const proto = await graphOf({ read: "python", write: "storage_write_at_least_once" }, { expansion });
      const { environments } = proto.components!;
      assert.deepEqual(Object.keys(environments).sort(), ["javaEnvironment", "jsEnvironment", "pythonEnvironment"]);
      for (const { dependencies } of Object.values(environments)) assert.deepEqual(dependencies, []);
    } finally {
      python.stop();
    }
  });

  it("writes exactly once by state, with as many streams and as often as is said", async () => {
    const write = "storage_write_exactly_once";
    const storageWrite = { streams: 3, seconds: 7, kmsKey: KEY };
    for (const given of [{}, { storageWrite }]) {
      const proto = await graphOf({ read: "native", write }, given);
      assert.ok(proto.requirements.includes("beam:requirement:pardo:stateful:v1"));
      const stateful = steps(proto).filter(
        ({ spec }) =>
          spec?.urn === "beam:transform:pardo:v1" &&
          Object.keys(ParDoPayload.fromBinary(spec.payload).stateSpecs).length > 0,
      );
      assert.ok(stateful.length > 0);
    }
  });

  it("refuses, before anything is expanded, the one column that Java cannot write", () => {
    const schemaJson = JSON.stringify([
      { name: "r", type: "RECORD", fields: [{ name: "F", type: "STRING" }] },
      { name: "g", type: "STRING" },
    ]);
    assert.throws(
      () => void graphOf(AT_LEAST_ONCE, { settings: { ...SETTINGS, schemaJson } }),
      (error) => error instanceof UsageError && /a column named r\.F: give/.test(error.message),
    );
  });

  it("says in one line what Java does not take", async () => {
    const places = { ...PLACES, table: { ...PLACES.table, table: "" } };
    await assert.rejects(
      graphOf(AT_LEAST_ONCE, { places }),
      (error) => error instanceof ExpansionError && !error.message.includes("\n"),
    );
  });
});

describe("a row on its way through Java", () => {
  const message = {
    data: Buffer.from('{"name":"Jane","credit_card":4539578763621486123}'),
    attributes: { source: "a" },
    messageId: "17",
    publishTime: "2026-01-02T03:04:05.678Z",
    orderingKey: "customer",
  };
  // A counter counts on a worker alone.
  const counters = { parsed: { increment() {} } } as unknown as typeof PARSED;
  const toJava = (): JavaRow => rowToJava({ message, row: { name: "Jane" } }, { ...SETTINGS, ...counters });

  it("has its whole message beside it, which comes back as the dead letter", () => {
    const error = "Field credit_card.number: value 4539578763621486 of column name. is not one, Jane";
    const letter = refusedByJava({ message: toJava().message, error }, SETTINGS);
    assert.deepEqual(Buffer.from(letter.data), message.data);
    assert.equal(letter.orderingKey, "customer");
    const { error_reason, error_stage, error_column, source_message_id, original_source } = letter.attributes;
    assert.deepEqual(
      [error_reason, error_stage, error_column, source_message_id, original_source],
      ["refused_by_table", "writeRows", "name", "17", "a"],
    );
    assert.ok(!JSON.stringify(letter.attributes).includes("Jane"));
  });

  it("names no column that the schema lacks", () => {
    const letter = refusedByJava({ message: toJava().message, error: "Jane" }, SETTINGS);
    assert.equal(letter.attributes.error_column, "");
  });
});
