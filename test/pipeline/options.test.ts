import assert from "node:assert/strict";
import { type DataflowOptions, type DirectOptions, parseOptions } from "../../pipeline/options";
import { UsageError } from "../../pipeline/usage-error";

const ENDS = "--runner Direct --duckdb rows.duckdb --dead_letters dead.ndjson";
const parse = (line: string) => parseOptions(line.split(" ")) as DirectOptions | undefined;

describe("the pipeline's command line", () => {
  it("takes a subscription, a topic or a file", () => {
    assert.deepEqual(parse(`${ENDS} --pubsub_subscription projects/p/subscriptions/s`)!.source, {
      kind: "subscription",
      subscription: "projects/p/subscriptions/s",
    });
    assert.deepEqual(parse(`${ENDS} --pubsub_topic projects/p/topics/t`)!.source, {
      kind: "topic",
      topic: "projects/p/topics/t",
    });
    assert.deepEqual(parse(`${ENDS} --input f --input_format pubsub`)!.source, {
      kind: "file",
      path: "f",
      format: "pubsub",
    });
  });

  it("takes a BigQuery table in Beam's notation, a project with a domain too", () => {
    const table = (name: string) => parse(`--runner Direct --input f --dead_letters d --table ${name}`)!.table;
    const inserted = { kind: "bigquery", method: "streaming_inserts" };
    assert.deepEqual(table("p:d.t"), { ...inserted, project: "p", dataset: "d", table: "t" });
    assert.deepEqual(table("p.d.t"), { ...inserted, project: "p", dataset: "d", table: "t" });
    assert.deepEqual(table("example.com:p:d.t"), {
      ...inserted,
      project: "example.com:p",
      dataset: "d",
      table: "t",
    });
  });

  it("has the defaults that lose nothing and end never", () => {
    const options = parse(`${ENDS} --input f`)!;
    assert.equal(options.unknownColumns, "refuse");
    assert.equal(options.idleTimeout, Number.POSITIVE_INFINITY);
    assert.equal(options.maxMessages, Number.POSITIVE_INFINITY);
    assert.equal(options.writeMetadata, false);
  });

  const onPrism =
    "--runner Portable --table p:d.t --dead_letter_topic projects/p/topics/t --job_endpoint h:1 " +
    "--pubsub_subscription projects/p/subscriptions/s --sdk_container_image i --python_sdk_container_image i";
  const onDataflow = "--runner Dataflow --project proj-1";

  it("takes the ways in and out of each runner", () => {
    const methods = (line: string) => (parseOptions(line.split(" ")) as DataflowOptions).methods;
    assert.deepEqual(methods(onDataflow), { read: "python", write: "streaming_inserts" });
    const lean = `${onDataflow} --pubsub_read native --bigquery_write_method native`;
    assert.deepEqual(methods(lean), { read: "native", write: "native" });
    assert.deepEqual(methods(`${onPrism} --bigquery_write_method native`), { read: "python", write: "native" });
    for (const write of ["storage_write_at_least_once", "storage_write_exactly_once"]) {
      const java = `--java_environment_type PROCESS --java_environment_config /bin/java-worker`;
      assert.deepEqual(methods(`${onPrism} --bigquery_write_method ${write} ${java}`), { read: "python", write });
    }
    const { table } = parse("--runner Direct --input f --dead_letters d --table p:d.t --bigquery_write_method native")!;
    assert.equal(table.kind === "bigquery" && table.method, "native");
  });

  it("takes what Java's Storage Write is told, and its image beside the others", () => {
    const options = (flags: string) =>
      parseOptions(`${onDataflow} --bigquery_write_method ${flags}`.split(" ")) as DataflowOptions;
    const exactly = options(
      "storage_write_exactly_once --num_storage_write_api_streams 3 --storage_write_api_triggering_frequency_sec 7",
    );
    assert.deepEqual(exactly.storageWrite, { streams: 3, seconds: 7 });
    assert.match(
      exactly.deployment.javaImage!,
      /^europe-west2-docker\.pkg\.dev\/[^/]+\/da-streaming-pipeline\/java:\d/,
    );
    const image = "europe-west2-docker.pkg.dev/p/images/java:1";
    const atLeast = options(`storage_write_at_least_once --java_sdk_container_image ${image}`);
    assert.equal(atLeast.deployment.javaImage, image);
    assert.equal(options("native").deployment.javaImage, undefined);
  });

  const refused: Record<string, string> = {
    "streams of at least once": `${onDataflow} --bigquery_write_method storage_write_at_least_once --num_storage_write_api_streams 1`,
    "a frequency without Storage Write": `${onDataflow} --storage_write_api_triggering_frequency_sec 1`,
    "half a stream": `${onDataflow} --bigquery_write_method storage_write_exactly_once --num_storage_write_api_streams 0.5`,
    "a Java image without Java": `${onDataflow} --java_sdk_container_image europe-west2-docker.pkg.dev/p/images/java:1`,
    "a Java worker without Java": `${onPrism} --java_environment_type PROCESS`,
    "an image for a language that the graph lacks": `${onDataflow} --pubsub_read native --bigquery_write_method native --python_sdk_container_image i`,
    "a way in that there is not": `${onDataflow} --pubsub_read java`,
    "a way out that there is not": `${onDataflow} --bigquery_write_method file_loads`,
    "a way in on Direct, which has one": `${ENDS} --input f --pubsub_read native`,
    "the service's read where the service is another": `${onPrism} --pubsub_read native`,
    "a way into BigQuery where it is DuckDB": `${ENDS} --input f --bigquery_write_method native`,
    "Java on Direct":
      "--runner Direct --input f --dead_letters d --table p:d.t --bigquery_write_method storage_write_exactly_once",
    "an unknown flag": `${ENDS} --input f --nonsense 1`,
    "camel case in place of Beam's names": `${ENDS} --input f --idleTimeout 1`,
    "no runner": "--input f --duckdb r --dead_letters d",
    "a runner that there is not": "--runner Flink --input f --duckdb r --dead_letters d",
    "no source": ENDS,
    "two sources": `${ENDS} --input f --pubsub_topic projects/p/topics/t`,
    "no table": "--runner Direct --input f --dead_letters d",
    "two tables": `${ENDS} --input f --table p:d.t`,
    "no place for dead letters": "--runner Direct --input f --duckdb r",
    "a key of a table that is not DuckDB's":
      "--runner Direct --input f --dead_letters d --table p:d.t --duckdb_key_file k",
    "two keys of a table": `${ENDS} --input f --duckdb_key_file k --duckdb_kms_key projects/p/locations/l/keyRings/r/cryptoKeys/k`,
    "a key that is none": `${ENDS} --input f --duckdb_kms_key k`,
    "two places for dead letters": `${ENDS} --input f --dead_letter_topic projects/p/topics/t`,
    "a subscription that is none": `${ENDS} --pubsub_subscription s`,
    "a topic in place of a subscription": `${ENDS} --pubsub_subscription projects/p/topics/t`,
    "a table without a dataset": "--runner Direct --input f --dead_letters d --table t",
    "an input format without an input": `${ENDS} --pubsub_topic projects/p/topics/t --input_format pubsub`,
    "an idle timeout that is no number": `${ENDS} --input f --idle_timeout soon`,
    "an idle timeout of nothing": `${ENDS} --input f --idle_timeout 0`,
    "half a message": `${ENDS} --input f --max_messages 1.5`,
    "an argument without a flag": `${ENDS} --input f more`,
    "an empty value": `${ENDS} --input f --summary=`,
    "a control character": `${ENDS} --input f\n --nonsense`,
    "a log level that there is not": `${ENDS} --input f --log_level loud`,
  };
  for (const [what, line] of Object.entries(refused)) {
    it(`refuses ${what} in one line`, () => {
      assert.throws(
        () => parse(line),
        (error: Error) => error instanceof UsageError && error.message.length > 0 && !error.message.includes("\n"),
      );
    });
  }
});
