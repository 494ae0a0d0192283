/** The graph that is rehearsed: what a submission to Dataflow stages, by the dry run of the project's own command. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT, type Side, STAGED, tableName } from "./places";
import { startLogged, untilEnded } from "./servers";
import type { Methods } from "../../pipeline/composites/methods";

export interface Staged {
  /** A file with the pipeline proto, byte for byte as it would be staged. */
  readonly graph: string;
  readonly sha256: string;
  /** What the TypeScript worker loads before it starts, as Dataflow would hand it over. */
  readonly modules: readonly string[];
}

/** Throws where the dry run leaves no graph. `logs`: a folder. */
export async function stage(
  schema: string,
  methods: Methods,
  logs: string,
  side: Omit<Side, "deadLetters"> = STAGED,
): Promise<Staged> {
  const folder = join(logs, "submission");
  const from = ["--pubsub_subscription", side.subscription];
  const to = ["--table", tableName(side), "--dead_letter_topic", side.deadLetterTopic];
  const how = ["--pubsub_read", methods.read, "--bigquery_write_method", methods.write];
  const rows = ["--schema", schema, "--write_metadata", ...how];
  const job = ["--runner", "Dataflow", "--dry_run", "--project", PROJECT, "--job_folder", folder];
  const command = [process.execPath, "-r", "ts-node/register", "pipeline/main.ts", ...job, ...from, ...to, ...rows];
  const log = join(logs, "submission.log");
  await untilEnded(startLogged(log, command, {}));
  if (!existsSync(join(folder, "job.json"))) throw new Error(`the dry run of the submission failed: see ${log}`);
  return readStaged(folder);
}

function readStaged(folder: string): Staged {
  const graph = join(folder, "pipeline.pb");
  const request = JSON.parse(readFileSync(join(folder, "request.json"), "utf8"));
  return {
    graph,
    sha256: createHash("sha256").update(readFileSync(graph)).digest("hex"),
    modules: request.environment.sdkPipelineOptions.options.registered_node_modules,
  };
}
