/** The drill on a real deployment, in order: generate, run, take the key, watch what stops, give it back, count. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writeOutput } from "../files/output";
import { countWaiting } from "../change/restore/waiting";
import { lastWords } from "../change/revoke/jobs";
import { readRecord, recordPath, type Revocation } from "../change/revoke/record";
import type { Main, World } from "../command-line";
import { asking, pause } from "../observe/ask";
import { readJobs } from "../observe/audit/jobs";
import { troubleOf } from "../observe/trouble";
import { bq } from "../resources/command";
import type { Setup } from "../resources/setup";
import type { Generate, Generated } from "./generator";
import { articleErrors, countsBetween, type Lies, probesPublished, recordedTimes } from "./measured";
import { eventAsLine } from "./print";
import { DrillError } from "./safety";
import { type Summary, summaryOf } from "./summary";

export interface DrillOptions {
  /** Messages in all, half of them before the key is taken. */
  readonly messages: number;
  /** A second. */
  readonly rate: number;
  /** Seconds for which everything runs before the key is taken. */
  readonly before: number;
  /** Seconds for a consumer to be refused, and to work again. */
  readonly within: number;
  /** Seconds for what waits to be drained. */
  readonly drain: number;
  /** Starts the job; undefined where one runs, and another is started by hand. */
  readonly job?: string;
  readonly folder: string;
}

export interface DrillWorld extends World {
  readonly now?: () => number;
  readonly generate: Generate;
  /** deploy/off-switch.ts's command line. */
  readonly offSwitch: Main;
  /** Runs a command line of the user's own, and answers its exit code. */
  readonly start: (line: string) => Promise<number>;
}

const LOOK_EVERY_MS = 15_000;

/** `words`: the deployment's settings, NAME=value. Throws DrillError. */
export async function drill(
  setup: Setup,
  words: readonly string[],
  options: DrillOptions,
  world: DrillWorld,
): Promise<Summary> {
  const { now = Date.now, wait = pause, print, generate } = world;
  const { settings, project } = setup;
  const startedAt = now();
  const tell = (what: string) => print(eventAsLine({ at: (now() - startedAt) / 1000, what }));
  await needsJob(setup, options, world, tell);
  const lay = await liesNow(setup, world);
  const published: Promise<Generated>[] = [];
  const publish = (seed: number) => {
    const what = {
      project,
      topic: settings.TOPIC,
      schema: settings.SCHEMA,
      rate: options.rate,
      folder: options.folder,
    };
    const one = generate({ ...what, seed, messages: Math.ceil(options.messages / 2) });
    published.push(one);
    return one;
  };

  tell(`the generator publishes ${options.rate} messages/s`);
  const first = publish(1);
  await wait(options.before * 1000);
  const decided = now();
  tell("the key is taken");
  const revoked = await offSwitch("revoke", setup, words, options, world);
  const { record, path } = recordOf(setup, options);
  if (record?.takenAt === undefined) throw new DrillError("STOPPED", `revoke ended with ${revoked}, and took nothing`);
  const untilTaken = (Date.parse(record.takenAt) - decided) / 1000;
  const { refused } = await first;
  tell(`the generator ${refused === undefined ? "came to its end before it was refused" : `says: ${refused}`}`);
  const errors = articleErrors(record, await wordsOf(setup, record, world));
  tell(`Dataflow's error: ${errors.dataflow ?? "NOT SEEN"}`);
  tell(`BigQuery's error: ${errors.bigquery ?? "NOT SEEN"}`);

  tell("the key is given back");
  const givenBack = now();
  const restored = await offSwitch("restore", setup, words, options, world);
  await publish(2);
  const jobAgain = await drained(setup, lay, options, world, tell);
  const after = await liesNow(setup, world);
  const final = restoredRecord(path, options) ?? record;
  const generated = await Promise.all(published);
  const sum = (of: (one: Generated) => number) => generated.reduce((all, one) => all + of(one), 0);
  const all = sum(({ ids }) => ids) + probesPublished(final);
  return summaryOf({
    ...{ deployment: settings.DEPLOYMENT, project, startedAt: new Date(startedAt).toISOString(), untilTaken },
    counts: countsBetween(
      all,
      sum(({ unconfirmed }) => unconfirmed),
      lay,
      after,
    ),
    times: recordedTimes(final, untilTaken, jobAgain === undefined ? undefined : (jobAgain - givenBack) / 1000),
    troubles: [
      ...(revoked === 0 ? [] : [`revoke ended with ${revoked}`]),
      ...(restored === 0 ? [] : [`restore ended with ${restored}`]),
      ...(errors.dataflow === undefined ? ["Dataflow's error was not seen"] : []),
      ...(errors.bigquery === undefined ? ["BigQuery's error was not seen"] : []),
    ],
  });
}

/** A drill without a job would find nothing to stop. */
async function needsJob(
  setup: Setup,
  { job }: DrillOptions,
  world: DrillWorld,
  tell: (what: string) => void,
): Promise<void> {
  const { run, wait, start } = world;
  const jobs = await readJobs(setup, { ask: asking(run, wait), of: () => undefined, all: () => [] });
  if ("notObserved" in jobs)
    throw new DrillError("NOT_OBSERVED", `which jobs run is not observed: ${jobs.notObserved}`);
  if (jobs.ours.length > 0) return;
  if (job === undefined)
    throw new DrillError(
      "NO_JOB",
      `no job of ${setup.settings.DEPLOYMENT} runs: start it, or --job "make run-dataflow …"`,
    );
  tell(`$ ${job}`);
  const code = await start(job);
  if (code !== 0) throw new DrillError("STOPPED", `the job was not started: that ended with ${code}`);
}

async function offSwitch(
  command: "revoke" | "restore",
  setup: Setup,
  words: readonly string[],
  { within, job, folder }: DrillOptions,
  world: DrillWorld,
): Promise<number> {
  const keys = [...new Set([setup.dataKey.key, setup.dataflowKey.key])].join(",");
  const again = command === "restore" && job !== undefined ? ["--start-job", job] : [];
  const argv = [command, ...words, "--yes", keys, "--within", String(within), ...again];
  return await world.offSwitch(argv, { ...world, journal: join(folder, "journal.jsonl") });
}

function recordOf(setup: Setup, { folder }: DrillOptions) {
  const path = recordPath(setup, folder);
  return { path, record: readRecord(path) };
}

/** restore keeps its record under another name once everything works. */
function restoredRecord(path: string, { folder }: DrillOptions): Revocation | undefined {
  const open = readRecord(path);
  if (open !== undefined) return open;
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/json$/, "");
  const kept = readdirSync(folder).filter((file) => file.startsWith(name) && file.endsWith(".restored.json"));
  const last = kept.sort().at(-1);
  return last === undefined ? undefined : readRecord(join(folder, last));
}

async function wordsOf({ project }: Setup, { jobs }: Revocation, { run, wait }: World): Promise<readonly string[]> {
  const ask = asking(run, wait);
  return (await Promise.all(jobs.map((job) => lastWords(project, job, ask)))).flatMap((words) => words ?? []);
}

/** Dead letters are leased, not acknowledged: so they are counted twice in a drill, at its begin and its end, and not in between. */
async function liesNow(setup: Setup, { run }: World): Promise<Lies> {
  const letters = { ...setup, settings: { ...setup.settings, SUBSCRIPTION: setup.settings.DEAD_LETTER_SUBSCRIPTION } };
  const [rows, waiting] = await Promise.all([rowsNow(setup, run), countWaiting(letters, undefined, run)]);
  const counted = "notObserved" in waiting || !waiting.all ? undefined : waiting.messages + waiting.probes;
  return { rows, deadLetters: counted };
}

async function rowsNow({ project, region, settings }: Setup, run: World["run"]): Promise<number | undefined> {
  const sql = `SELECT COUNT(*) AS n FROM \`${project}.${settings.DATASET}.${settings.TABLE}\``;
  const answer = await run(
    bq(
      { project_id: project, location: region, format: "json" },
      "query",
      { nouse_legacy_sql: true, nouse_cache: true },
      sql,
    ),
  );
  if (answer.code !== 0) return undefined;
  try {
    return Number((JSON.parse(answer.stdout) as readonly { readonly n: string }[])[0]?.n);
  } catch {
    throw new DrillError("NOT_OBSERVED", `the rows are not counted: ${troubleOf(answer).said}`);
  }
}

/** Looks until no row has come for two looks. Answers when the first new one came; undefined where none did. */
async function drained(
  setup: Setup,
  lay: Lies,
  { drain }: DrillOptions,
  { run, now = Date.now, wait = pause }: DrillWorld,
  tell: (what: string) => void,
): Promise<number | undefined> {
  const until = now() + drain * 1000;
  let [last, quiet]: [number | undefined, number] = [await rowsNow(setup, run), 0];
  const atFirst = last ?? lay.rows;
  let first: number | undefined;
  while (now() < until && quiet < 2) {
    await wait(LOOK_EVERY_MS);
    const rows = await rowsNow(setup, run);
    if (rows !== undefined && first === undefined && rows > (atFirst ?? 0)) first = now();
    quiet = rows !== undefined && rows === last && first !== undefined ? quiet + 1 : 0;
    last = rows;
  }
  tell(
    quiet < 2 ? `rows were still coming, or none came, after ${drain} s` : "no row has come for a while: it is drained",
  );
  return first;
}

export function writeSummary(folder: string, summary: Summary): string {
  const path = join(folder, "summary.json");
  writeOutput(path, `${JSON.stringify(summary, null, 2)}\n`);
  return path;
}
