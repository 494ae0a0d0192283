/**
 * `make canary`: finds out in about ten minutes whether Google's own service takes a graph and runs it. The service checks the job as a
 * template, without running it; then a job of one worker is submitted, one generated message is published, its row is waited for, and the
 * job is drained. The arguments are those of `pipeline/main.ts --runner Dataflow`. Exit codes: 0 one row and a drained job, 1 anything
 * else, 2 a command line that cannot be run.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withMethods, withoutPlaces } from "./arguments";
import { CanaryPlaces } from "./places";
import { compileGenerator } from "../../generator/record";
import { type Call, caller, defaultToken, noToken } from "../../pipeline/dataflow/google";
import { ENDED } from "../../pipeline/dataflow/job";
import type { JobRecord } from "../../pipeline/dataflow/record";
import { DataflowService } from "../../pipeline/dataflow/service";
import { main as pipeline } from "../../pipeline/main";
import { type DataflowOptions, parseOptions } from "../../pipeline/options";
import { loadTableSchema } from "../../schemas/load";

const OUT = process.env.OUT ?? "build/canary";
const MINUTES = Number(process.env.MINUTES ?? 20);
const EVERY_MS = 2_000;

interface Canary {
  readonly options: DataflowOptions;
  readonly args: readonly string[];
  readonly call: Call;
  readonly places: CanaryPlaces;
}

/** Written to build/canary/summary.json. */
export interface CanarySummary {
  readonly templateValid: boolean;
  readonly jobId: string;
  readonly rows: number;
  /** From the publication to the row; the job had been submitted before. */
  readonly secondsToRow: number;
  readonly deadLetter?: string;
  readonly drained: boolean;
}

export async function main(args: readonly string[]): Promise<number> {
  const canary = prepared(args);
  if (canary === undefined) return 2;
  const schema = loadTableSchema(canary.options.schema);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  try {
    say("making topics, subscriptions and a table for the canary alone");
    await canary.places.make(schema);
    if (!(await templateValid(canary))) return 1;
    const code = await pipeline(jobArguments(canary, "job"));
    const jobId = (JSON.parse(readFileSync(join(OUT, "job/job.json"), "utf8")) as JobRecord).jobId;
    if (code !== 0 || jobId === null) return 1;
    const found = await oneMessage(canary, jobId, compileGenerator(schema, { seed: 1, locale: "en_GB" }).next());
    const drained = (await pipeline([...nameArguments(canary), "--drain", "--wait"])) === 0;
    const summary: CanarySummary = { templateValid: true, jobId, ...found, drained };
    writeFileSync(join(OUT, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
    process.stdout.write(`${describe(summary)}\n`);
    return found.rows === 1 && drained ? 0 : 1;
  } finally {
    const left = await canary.places.remove();
    say(
      left === 0
        ? "what was made for the canary is removed"
        : `${left} of what was made could not be removed: look for str-pl-canary-`,
    );
  }
}

/** The pipeline says itself what is wrong with a command line. */
function prepared(given: readonly string[]): Canary | undefined {
  const args = withMethods(withoutPlaces(given));
  let options: DataflowOptions | undefined;
  try {
    options = parseOptions(["--runner", "Dataflow", ...args]) as DataflowOptions | undefined;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
  }
  if (options === undefined) return undefined;
  const { no_auth: noAuth, impersonate_service_account: account } = options.others;
  const call = caller(noAuth ? noToken : defaultToken(account as string | undefined));
  return { options, args, call, places: new CanaryPlaces(options.deployment, Date.now().toString(36)) };
}

const jobName = ({ options }: Canary) => `${options.deployment.jobName}-canary`;
const nameArguments = (canary: Canary) => ["--runner", "Dataflow", ...canary.args, "--job_name", jobName(canary)];

function jobArguments(canary: Canary, folder: string): string[] {
  const { subscription, table, deadLetterTopic } = canary.places;
  const source = ["--pubsub_subscription", subscription];
  const to = ["--table", `${table.project}:${table.dataset}.${table.table}`, "--dead_letter_topic", deadLetterTopic];
  return [...nameArguments(canary), ...source, ...to, "--write_metadata", "--job_folder", join(OUT, folder)];
}

/** The service reads the template of the job as if it were to run it, and runs nothing. */
async function templateValid(canary: Canary): Promise<boolean> {
  const { project, region, tempLocation, dataflowKmsKey, serviceAccount, subnetwork } = canary.options.deployment;
  const gcsPath = `${tempLocation!.replace(/\/+$/, "")}/canary/${jobName(canary)}`;
  say(`staging the job as a template, ${gcsPath}`);
  if ((await pipeline([...jobArguments(canary, "template"), "--template_location", gcsPath])) !== 0) return false;
  const endpoint = String(canary.options.others.dataflow_endpoint ?? "https://dataflow.googleapis.com").replace(
    /\/+$/,
    "",
  );
  const query = new URLSearchParams({ gcsPath, validateOnly: "true" });
  const url = `${endpoint}/v1b3/projects/${encodeURIComponent(project)}/locations/${region}/templates:launch?${query}`;
  const environment = { kmsKeyName: dataflowKmsKey, serviceAccountEmail: serviceAccount, subnetwork };
  try {
    await canary.call("POST", url, { jobName: jobName(canary), environment });
  } catch (error) {
    say(`the service does not take the template: ${(error as Error).message}`);
    return false;
  }
  say("the service takes the template; submitting the job");
  return true;
}

async function oneMessage(canary: Canary, jobId: string, data: Uint8Array) {
  const { options, call, places } = canary;
  const endpoint = options.others.dataflow_endpoint as string | undefined;
  const { project, region } = options.deployment;
  const service = new DataflowService(call, { project, region, ...(endpoint !== undefined && { endpoint }) });
  const id = await places.publish(data);
  say(`message ${id} is published; its row is waited for, ${MINUTES} minutes at most`);
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  for (;;) {
    const [rows, deadLetter, job] = await Promise.all([places.rows(id), places.deadLetter(), service.job(jobId)]);
    const isOver = ENDED.has(job.currentState ?? "") || seconds() > 60 * MINUTES;
    if (rows > 0 || deadLetter !== undefined || isOver) {
      return { rows, secondsToRow: seconds(), ...(deadLetter !== undefined && { deadLetter }) };
    }
    await sleep(EVERY_MS);
  }
}

function describe({ rows, secondsToRow, deadLetter, drained, jobId }: CanarySummary): string {
  const letter = deadLetter === undefined ? "" : `\n  dead letter   ${deadLetter}`;
  return `
  template      taken by the service
  job           ${jobId}
  rows          ${rows}, after ${secondsToRow} s${letter}
  drained       ${drained ? "yes" : "no: end it by hand"}`;
}

function say(line: string): void {
  process.stderr.write(`canary: ${line}\n`);
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  );
}
