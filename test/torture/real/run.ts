/** Runs one real scenario: publishes through faults until every message is acknowledged, then counts what is where. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../../generator/random";
import { check, type Found, type Promised, type Published } from "../check";
import { draw, type Drawn, type Kind } from "../messages";
import { startBigQueryGate } from "./bigquery-gate";
import { Disk } from "./disk";
import { Faults } from "./faults";
import { Link } from "./links";
import { clockJumpEnv, Pipeline } from "./pipeline";
import { startPubsubGate } from "./pubsub-gate";
import type { RealScenario, TimedFault } from "./scenario";
import { makeBigQuery, makeDuckDb, readBigQuery, readDuckDb, readLetterFiles, SCHEMA, takeLetters } from "./sinks";
import { DATASET, PROJECT, type StandIns } from "./stand-ins";
import { Topics } from "./topics";

export interface RealOutcome {
  readonly broken: Readonly<Record<string, readonly string[]>>;
  readonly fired: Readonly<Record<string, number>>;
  /** What this machine does not allow. */
  readonly skipped: readonly string[];
  readonly published: number;
  readonly rows: number;
  readonly letters: number;
  readonly starts: number;
  readonly seconds: number;
  /** The pipelines' own log, where something is broken: it has no values. */
  readonly log: string;
}

/** A half-open connection takes 80 s to be found, BigQuery's silence 60 s, and one may follow the other. */
const PATIENCE_MS = 330_000;
const HELD_MS = 15_000;
const FIRST_DELIVERY_MS = 120_000;

export async function runReal(scenario: RealScenario, standIns: StandIns): Promise<RealOutcome> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "torture-"));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const outcome = await new RealRun(scenario, standIns, folder, stops).run();
    return { ...outcome, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Kinds of messages that are a fault by themselves. */
const TOLD: ReadonlySet<Kind> = new Set(["huge", "long attribute", "refused"]);

class RealRun {
  private readonly faults: Faults;
  private readonly skipped: string[] = [];
  private readonly name: string;
  private disk: Disk | undefined;
  private log = "";

  constructor(
    private readonly scenario: RealScenario,
    private readonly standIns: StandIns,
    private readonly folder: string,
    private readonly stops: (() => unknown)[],
  ) {
    this.faults = new Faults(scenario.calls);
    this.name = `r${scenario.seed}_${process.pid}_${Date.now().toString(36)}`;
  }

  async run(): Promise<Omit<RealOutcome, "seconds">> {
    const { scenario, standIns } = this;
    const topics = await Topics.make(standIns, this.name);
    this.stops.push(() => topics.remove());
    const gate = await startPubsubGate(standIns.pubsub, this.faults);
    this.stops.push(() => gate.stop());
    const source = await this.link(gate.host);
    const sink = await this.prepareSink();
    const letterFiles: string[] = [];

    const pipelines = Array.from({ length: scenario.processes }, (_, index) => {
      const file = join(this.folder, "disk", `letters-${index}`);
      letterFiles.push(file);
      const letters =
        scenario.letters === "file" ? ["--dead_letters", file] : ["--dead_letter_topic", topics.deadLetters];
      const args = ["--runner", "Direct", "--pubsub_subscription", topics.subscription, ...letters, ...sink.args];
      const env = { PUBSUB_EMULATOR_HOST: source.host, ...sink.env, ...this.clockEnv() };
      return new Pipeline([...args, "--schema", SCHEMA, "--write_metadata", "--log_level", "warn"], env, (stderr) => {
        this.log += stderr;
      });
    });
    let published: Published[] = [];
    const broken: Record<string, readonly string[]> = {};
    try {
      const sending = this.publish(topics, gate.delivered);
      await within(gate.delivered, FIRST_DELIVERY_MS, "nothing was delivered");
      const happening = this.scenario.timed.map((fault) => this.happen(fault, pipelines, source, sink.link));
      published = await sending;
      await Promise.all(happening);
      await this.untilAcknowledged(published, gate.acknowledged, pipelines);
    } catch (error) {
      broken["the run failed"] = [(error as Error).message];
    } finally {
      await Promise.all(pipelines.map((one) => one.end()));
    }
    const waiting = new Set(published.map(({ id }) => id).filter((id) => !gate.acknowledged.has(id)));
    if (waiting.size > 0) broken["not acknowledged in time"] = [...waiting];
    for (const one of pipelines) if (one.broken.length > 0) broken["the pipeline"] = one.broken;
    const letters =
      scenario.letters === "file" ? readLetterFiles(letterFiles) : await takeLetters(standIns, topics.takenFrom);
    const found: Found = { rows: await sink.rows(), letters };
    Object.assign(broken, Object.fromEntries(check(published, found, { ...this.promised(sink.sends), waiting })));
    return {
      ...{ broken, fired: this.faults.fired, skipped: this.skipped, published: published.length },
      ...{
        rows: found.rows.length,
        letters: letters.length,
        starts: pipelines.reduce((sum, { starts }) => sum + starts, 0),
      },
      log: Object.keys(broken).length > 0 ? this.log : "",
    };
  }

  private promised(sends: ReadonlyMap<string, readonly number[]> | undefined): Promised {
    const { sink, letters, processes } = this.scenario;
    const rows = ({ duckdb: "once", bigquery: "once in a window", "storage write": "at least once" } as const)[sink];
    return { rows, letters: letters === "file" && processes === 1 ? "once" : "at least once", ...(sends && { sends }) };
  }

  private async untilAcknowledged(
    published: readonly Published[],
    acknowledged: ReadonlySet<string>,
    pipelines: readonly Pipeline[],
  ) {
    const left = () => published.reduce((count, { id }) => count + (acknowledged.has(id) ? 0 : 1), 0);
    let [before, since] = [left(), performance.now()];
    for (const end = since + PATIENCE_MS; before > 0 && performance.now() < end; ) {
      await sleep(100);
      const now = left();
      if (now < before) [before, since] = [now, performance.now()];
      // DuckDB lets one process in: the other holds what it has pulled until that one ends.
      const isHeld = this.scenario.sink === "duckdb" && pipelines.length > 1 && performance.now() - since > HELD_MS;
      if (isHeld) await pipelines[0]!.end();
    }
  }

  private async link(behind: string): Promise<Link> {
    const link = await Link.to(behind);
    this.stops.push(() => link.stop());
    return link;
  }

  private async prepareSink() {
    const { scenario, standIns } = this;
    const disk = join(this.folder, "disk");
    mkdirSync(disk);
    if (scenario.timed.some(({ what }) => what === "disk full")) {
      this.disk = Disk.mount(disk);
      if (this.disk === undefined) this.skipped.push("disk full: only root may mount a tmpfs");
      else this.stops.push(() => this.disk!.unmount());
    }
    if (scenario.sink === "duckdb") {
      const path = join(disk, "rows.duckdb");
      await makeDuckDb(path);
      return { args: ["--duckdb", path], env: {}, rows: () => readDuckDb(path) };
    }
    const { host, grpcHost } = standIns.bigquery!;
    await makeBigQuery(standIns, this.name);
    const gate = await startBigQueryGate(host, this.faults);
    this.stops.push(() => gate.stop());
    const link = await this.link(scenario.sink === "bigquery" ? gate.host : grpcHost);
    const rows = () => readBigQuery(standIns, this.name);
    const args = ["--table", `${PROJECT}:${DATASET}.${this.name}`];
    if (scenario.sink === "bigquery")
      return { args, link, rows, env: { BIGQUERY_EMULATOR_HOST: link.host }, sends: gate.sends };
    const env = { BIGQUERY_EMULATOR_HOST: gate.host, BIGQUERY_STORAGE_EMULATOR_HOST: link.host };
    return { args: [...args, "--bigquery_write_method", "native"], link, rows, env };
  }

  private clockEnv(): NodeJS.ProcessEnv {
    const jump = this.scenario.timed.find(({ what }) => what === "clock jump");
    return jump === undefined ? {} : clockJumpEnv(jump.ms);
  }

  /** In groups; answers what was published, by the id that the server gave. */
  private async publish(topics: Topics, delivered: Promise<void>): Promise<Published[]> {
    const random = new Random(this.scenario.seed >>> 0, 12);
    const published: Published[] = [];
    const send = async (drawn: readonly Drawn[]) => {
      const ids = await topics.publish(drawn);
      published.push(...drawn.map((one, index) => ({ id: ids[index]!, drawn: one })));
    };
    let twice = this.scenario.publishedTwice;
    for (const [at, kinds] of this.scenario.groups.entries()) {
      const drawn = kinds.map((kind, index) => draw(random, kind, `${this.name}-${at}-${index}`));
      await send(drawn);
      if (twice > 0) {
        await send(drawn.slice(0, twice));
        twice -= drawn.length;
        this.faults.count("published twice");
      }
      for (const kind of kinds) if (TOLD.has(kind)) this.faults.count(`message: ${kind}`);
      // The others come while the pipeline is at work: what goes wrong with its first calls is not all.
      await (at === 0 ? delivered : sleep(this.scenario.every));
    }
    if (this.scenario.processes > 1) this.faults.count("two pipelines on one subscription");
    return published;
  }

  private async happen(
    { what, at, ms }: TimedFault,
    pipelines: readonly Pipeline[],
    source: Link,
    sink: Link | undefined,
  ) {
    await sleep(at);
    const pipeline = pipelines[at % pipelines.length]!;
    const [end, action = ""] = what.split(" ");
    const link = end === "source" ? source : sink;
    const signal = what === "clock jump" ? "SIGUSR2" : what;
    if (signal === "SIGKILL" || signal === "SIGTERM" || signal === "SIGSTOP" || signal === "SIGUSR2") {
      const came = signal === "SIGKILL" || signal === "SIGTERM" ? pipeline.kill(signal) : pipeline.signal(signal);
      if (came) this.faults.count(what);
    } else if (what !== "disk full" || this.disk !== undefined) this.faults.count(what);
    if (signal === "SIGSTOP") {
      await sleep(ms);
      pipeline.signal("SIGCONT");
    } else if (what === "disk full") {
      this.disk?.fill();
      await sleep(ms);
      this.disk?.makeRoom();
    } else if (action === "cut") link!.cut();
    else if (action === "half-open") link!.halfOpen();
    else if (action === "down") {
      link!.down();
      await sleep(ms);
      link!.up();
    }
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function within<T>(work: Promise<T>, ms: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
