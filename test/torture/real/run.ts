/** Runs one real scenario: publishes through faults until every message is acknowledged, then counts what is where. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, type Found, type Promised, type Published } from "../check";
import { Faults } from "./faults";
import { clockJumpEnv, Pipeline } from "./pipeline";
import { linkTo, type Place, prepareDisk, prepareSink, type PreparedSink } from "./prepare";
import { publish } from "./publish";
import { startPubsubGate } from "./pubsub-gate";
import type { RealScenario } from "./scenario";
import { readLetterFiles, SCHEMA, takeLetters } from "./sinks";
import type { StandIns } from "./stand-ins";
import { happen, type Victims } from "./timed";
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
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Should we be ended in between.
  process.once("exit", remove);
  const stops: Place["stops"] = [() => process.off("exit", remove), remove];
  try {
    const outcome = await new RealRun(scenario, standIns, folder, stops).run();
    return { ...outcome, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

class RealRun {
  private readonly place: Place;
  private log = "";

  constructor(
    private readonly scenario: RealScenario,
    private readonly standIns: StandIns,
    folder: string,
    stops: Place["stops"],
  ) {
    const name = `r${scenario.seed}_${process.pid}_${Date.now().toString(36)}`;
    this.place = { name, folder: join(folder, "disk"), faults: new Faults(scenario.calls), stops };
  }

  async run(): Promise<Omit<RealOutcome, "seconds">> {
    const { scenario, standIns, place } = this;
    const topics = await Topics.make(standIns, place.name);
    place.stops.push(() => topics.remove());
    const gate = await startPubsubGate(standIns.pubsub, place.faults);
    place.stops.push(() => gate.stop());
    const source = await linkTo(gate.host, place);
    const disk = prepareDisk(scenario, place);
    const sink = await prepareSink(scenario, standIns, place);
    const files = Array.from({ length: scenario.processes }, (_, at) => join(place.folder, `letters-${at}`));
    const pipelines = files.map((file) => this.start(topics, source.host, sink, file));

    let published: Published[] = [];
    const broken: Record<string, readonly string[]> = {};
    try {
      const sending = publish(scenario, place.name, topics, gate.delivered, place.faults);
      await within(gate.delivered, FIRST_DELIVERY_MS, "nothing was delivered");
      const victims: Victims = { pipelines, source, sink: sink.link, disk };
      const happening = scenario.timed.map((fault) => happen(fault, victims, place.faults));
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
      scenario.letters === "file" ? readLetterFiles(files) : await takeLetters(standIns, topics.takenFrom);
    const found: Found = { rows: await sink.rows(), letters };
    Object.assign(broken, Object.fromEntries(check(published, found, { ...this.promised(sink), waiting })));
    const wantsDisk = scenario.timed.some(({ what }) => what === "disk full");
    return {
      ...{ broken, fired: place.faults.fired, published: published.length },
      ...{ rows: found.rows.length, letters: letters.length },
      skipped: wantsDisk && disk === undefined ? ["disk full: only root may mount a tmpfs"] : [],
      starts: pipelines.reduce((sum, { starts }) => sum + starts, 0),
      log: Object.keys(broken).length > 0 ? this.log : "",
    };
  }

  private start(topics: Topics, pubsubHost: string, sink: PreparedSink, file: string): Pipeline {
    const { letters, timed } = this.scenario;
    const toLetters = letters === "file" ? ["--dead_letters", file] : ["--dead_letter_topic", topics.deadLetters];
    const ends = ["--pubsub_subscription", topics.subscription, ...toLetters, ...sink.args];
    const args = ["--runner", "Direct", ...ends, "--schema", SCHEMA, "--write_metadata", "--log_level", "warn"];
    const jump = timed.find(({ what }) => what === "clock jump");
    const env = { PUBSUB_EMULATOR_HOST: pubsubHost, ...sink.env, ...(jump && clockJumpEnv(jump.ms)) };
    return new Pipeline(args, env, (stderr) => {
      this.log += stderr;
    });
  }

  private promised({ sends }: PreparedSink): Promised {
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
}

async function within<T>(work: Promise<T>, ms: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
