/** The drill on this machine, in order: everything runs, the key is taken, everything holds, it is given back, everything goes on. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Event, eventAsLine, headline } from "../../deploy/drill/print";
import { type Summary, summaryOf } from "../../deploy/drill/summary";
import { type Moments, timesOf } from "../../deploy/drill/times";
import { readRecord, recordPath } from "../../deploy/change/revoke/record";
import { main as offSwitch } from "../../deploy/off-switch";
import { runner } from "../../deploy/run";
import { type Running, start, waitUntil } from "../support/commands";
import { type Clients, clientsOf } from "../support/key-gate/clients";
import { type KeyedStandIns, startKeyedStandIns } from "../support/key-gate/stand-ins";
import { countsOf, type PipelineSummary } from "./counts";
import { Publisher } from "./publisher";
import { startWatchers, type Watchers } from "./watchers";

export const STAND_IN =
  "a fake cloud for gcloud and bq, the Pub/Sub emulator and a BigQuery emulator behind a gate that asks the fake cloud's key; the pipeline on Beam's DirectRunner";

/** What is watched here; Dataflow, Cloud Storage and the images are revoke's to watch, where there are any. */
export const CONSUMERS = ["publish", "pull", "insert", "query"] as const;

/**
 * BigQuery hears first: the pipeline still pulls then, so that its insert is refused, too. The other way round it would hold at its pull, with
 * nothing to insert.
 */
const DELAYS_MS = { bigquery: 500, pubsub: 3_000 };
/** No file and no image are here to be read, and the job is no Dataflow's. */
const WATCHED = ["--within", "120", "--skip", "read", "--skip", "image", "--skip", "job"];
/** The most that it may publish before it is refused. */
const ENDLESS = 1_000_000;

export interface ExerciseOptions {
  readonly folder: string;
  /** Messages a second. */
  readonly rate: number;
  /** Rows that are there before the key is taken. */
  readonly before: number;
  /** Messages published after it is given back. */
  readonly after: number;
  readonly invalid: number;
  readonly print: (text: string) => void;
}

/** It did not go as it must. */
export class DrillStopped extends Error {}

/** Throws MissingTool, DrillStopped. Leaves `summary.json` in the folder. */
export async function exercise(options: ExerciseOptions): Promise<Summary> {
  const { folder, print } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  print(`${headline(STAND_IN)}\n\n`);
  const standIns = await startKeyedStandIns({ DEPLOYMENT: "drill" }, DELAYS_MS);
  const clients = clientsOf(standIns);
  const drill = new Exercise(options, standIns, clients);
  try {
    const summary = await drill.run();
    writeFileSync(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
    return summary;
  } finally {
    await drill.stop();
    await clients.close();
    await standIns.stop();
  }
}

class Exercise {
  private readonly startedAt = Date.now();
  private readonly publisher: Publisher;
  private readonly pipeline: Running;
  private readonly watchers: Watchers;
  private readonly ids: string;
  private readonly pipelineSummary: string;

  constructor(
    private readonly options: ExerciseOptions,
    private readonly standIns: KeyedStandIns,
    clients: Clients,
  ) {
    const { settings, project } = standIns.asked;
    const { folder, rate, invalid } = options;
    const { TOPIC: topic, SCHEMA: schema } = settings;
    this.ids = join(folder, "published-ids.txt");
    this.pipelineSummary = join(folder, "pipeline.json");
    writeFileSync(this.ids, "");
    this.publisher = new Publisher({ folder, project, topic, schema, rate, invalid, env: standIns.env });
    this.pipeline = this.startPipeline();
    this.watchers = startWatchers(standIns, clients);
  }

  private startPipeline(): Running {
    const { settings, project } = this.standIns.asked;
    const { SUBSCRIPTION, DEAD_LETTER_TOPIC, DATASET, TABLE, SCHEMA } = settings;
    const from = ["--pubsub_subscription", `projects/${project}/subscriptions/${SUBSCRIPTION}`, "--schema", SCHEMA];
    const to = ["--table", `${project}:${DATASET}.${TABLE}`];
    const letters = ["--dead_letter_topic", `projects/${project}/topics/${DEAD_LETTER_TOPIC}`];
    const told = ["--published_ids", this.ids, "--summary", this.pipelineSummary];
    return start("pipeline/main.ts", ["--runner", "Direct", ...from, ...to, ...letters, ...told], this.standIns.env);
  }

  async run(): Promise<Summary> {
    const { before, after } = this.options;
    this.tell("the generator publishes, the pipeline runs, the table is queried");
    const first = this.publisher.run(ENDLESS);
    await this.until(() => this.watchers.rows() >= before, 60, `${before} rows`);
    this.tell(`${this.watchers.rows()} rows are there: the key is taken`);
    const decided = Date.now();
    await this.offSwitch("revoke");
    const { takenAt } = readRecord(recordPath(this.standIns.asked, this.options.folder)) ?? {};
    await this.until(() => CONSUMERS.every((one) => this.isRefused(one, decided)), 30, "every consumer to be refused");
    const refused = await first;
    this.tellRefusals(decided, refused.refused);

    const held = await this.watchHold();
    this.tell("the key is given back");
    const givenBack = Date.now();
    // It tries until it may: what it was refused was never published.
    const second = this.publishAgain(after);
    await this.offSwitch("restore");
    await second;
    this.tell("the generator is through: what waits is drained");
    return await this.count({ decided, givenBack }, takenAt, held);
  }

  private async count(moments: Moments, takenAt: string | undefined, held: readonly string[]): Promise<Summary> {
    const { deployment, project } = this.names();
    const { ids, unconfirmed } = await this.publisher.all();
    writeFileSync(this.ids, ids.map((id) => `${id}\n`).join(""));
    const isDrained = () => this.watchers.rows() + this.watchers.letters.size >= new Set(ids).size;
    const drained = await this.until(isDrained, 60, "everything to be drained").then(
      () => [],
      (error: Error) => [error.message],
    );
    this.pipeline.child.kill("SIGTERM");
    const code = await this.pipeline.ended;
    writeFileSync(join(this.options.folder, "pipeline.log"), this.pipeline.output.stderr);
    const pipeline = JSON.parse(readFileSync(this.pipelineSummary, "utf8")) as PipelineSummary;
    const { letters } = this.watchers;
    const rowsInTable = await this.watchers.count();
    const { troubles, ...counts } = countsOf({ ids, unconfirmed, pipeline, rowsInTable, letters });
    const ended = code === 0 ? [] : [`the pipeline ended with ${code}`];
    return summaryOf({
      ...{ deployment, project, counts, standIn: STAND_IN, startedAt: new Date(this.startedAt).toISOString() },
      times: CONSUMERS.map((one) => timesOf(one, this.standIns.gate.accesses, moments)),
      ...(takenAt !== undefined && { untilTaken: (Date.parse(takenAt) - moments.decided) / 1000 }),
      troubles: [...held, ...drained, ...ended, ...troubles],
    });
  }

  private names() {
    const { settings, project } = this.standIns.asked;
    return { deployment: settings.DEPLOYMENT, project };
  }

  private tell(what: string): void {
    const event: Event = { at: (Date.now() - this.startedAt) / 1000, what };
    this.options.print(eventAsLine(event));
  }

  /** The pipeline's own word for each: what an operator reads. */
  private tellRefusals(decided: number, generator: string | undefined): void {
    for (const one of CONSUMERS) {
      const { untilRefused = 0, code } = timesOf(one, this.standIns.gate.accesses, {
        ...{ decided, givenBack: Number.POSITIVE_INFINITY },
      });
      this.tell(`${one} is refused ${untilRefused} s after the decision: ${code}`);
    }
    this.tell(`the generator says: ${generator ?? "nothing"}`);
    for (const [who, said] of this.watchers.said) this.tell(`a ${who} says: ${said}`);
    for (const line of this.holds()) this.tell(`the pipeline says: ${line.replace(/^\S+ ERROR /, "")}`);
  }

  private holds(): string[] {
    return this.pipeline.output.stderr.split("\n").filter((line) => / ERROR /.test(line));
  }

  /** It asks again every 5 s: longer than that it must hold, write nothing, and say it once. Answers what was not so. */
  private async watchHold(): Promise<string[]> {
    const HOLD_MS = 6_000;
    const acknowledged = () =>
      this.standIns.gate.accesses.filter((one) => one.consumer === "insert" && one.refused === undefined).length;
    const from = acknowledged();
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    const said = this.holds();
    const isHeld = this.pipeline.child.exitCode === null;
    this.tell(`for ${HOLD_MS / 1000} s the pipeline has held: ${isHeld ? "it runs, and has written nothing" : "NO"}`);
    return [
      ...(isHeld ? [] : ["the pipeline ended when the key was taken"]),
      ...(acknowledged() === from ? [] : ["the pipeline wrote rows without the key"]),
      ...(said.length === 0 ? ["the pipeline did not say what is to be mended"] : []),
      ...(new Set(said.map((line) => line.replace(/^\S+ /, ""))).size === said.length ? [] : ["it said it twice"]),
    ];
  }

  private async publishAgain(messages: number): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      const { refused } = await this.publisher.run(messages);
      if (refused === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new DrillStopped("the generator was still refused after the key was given back");
  }

  /** Refused, and by nothing let through since. */
  private isRefused(consumer: string, decided: number): boolean {
    const times = timesOf(consumer, this.standIns.gate.accesses, { decided, givenBack: Number.POSITIVE_INFINITY });
    return times.untilRefused !== undefined;
  }

  private async until(holds: () => boolean, seconds: number, what: string): Promise<void> {
    const ended = () => this.pipeline.child.exitCode !== null;
    await waitUntil(() => holds() || ended(), seconds).catch(() => {
      throw new DrillStopped(`${what}: not within ${seconds} s`);
    });
    if (!holds()) throw new DrillStopped(`the pipeline ended:\n${this.pipeline.output.stderr}`);
  }

  /** The real command, by the real gcloud and bq. Neither the caller's settings nor their .env belong in a fake. */
  private async offSwitch(command: "revoke" | "restore"): Promise<void> {
    const { asked, words, cloudEnv } = this.standIns;
    const { folder, print } = this.options;
    const argv = [command, ...words, "--yes", asked.dataKey.key, ...WATCHED];
    this.tell(`$ deploy/off-switch.ts ${argv.join(" ")}`);
    const indented = (text: string) => print(text.replaceAll(/^(?=.)/gm, "           | "));
    const code = await offSwitch(argv, {
      ...{ env: {}, run: runner({ ...process.env, ...cloudEnv }), print: indented, complain: indented },
      ...{ settingsFile: join(folder, "no.env"), journal: join(folder, "journal.jsonl") },
    });
    if (code !== 0) throw new DrillStopped(`${command} ended with ${code}`);
  }

  async stop(): Promise<void> {
    this.pipeline.child.kill("SIGKILL");
    await Promise.all([this.pipeline.ended, this.publisher.stop(), this.watchers.stop()]);
  }
}
