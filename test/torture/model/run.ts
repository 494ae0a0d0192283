/** Runs a scenario: processes that die are started again on what they left; at the end one runs without faults, and everything is counted. */
import { readFileSync } from "node:fs";
import { Ledger } from "../../../pipeline/ledger";
import { createLog } from "../../../pipeline/log";
import { runGraph } from "../../../pipeline/runners/direct";
import { type Ending, Stream, type StreamParts } from "../../../pipeline/runners/stream";
import { check, type Promised } from "../check";
import { ModelProcess } from "./process";
import type { Event, Scenario } from "./scenario";
import { World } from "./world";

const SETTINGS = {
  schema: "cc_account_info",
  schemaJson: readFileSync("schemas/cc_account_info.json", "utf8"),
  unknownColumns: "refuse",
  writeMetadata: true,
} as const;

/** Changes the parts of each process: what a test plants to see it found. */
export type Plant = (parts: StreamParts, world: World) => StreamParts;

export interface Outcome {
  /** What is broken, with message ids; empty where nothing is. */
  readonly broken: Readonly<Record<string, readonly string[]>>;
  readonly fired: Readonly<Record<string, number>>;
  readonly published: number;
  readonly processes: number;
}

/** More starts than a scenario can need: each event ends one process at most. */
const MOST_STARTS = 60;

/** Of the world's time: what has not ended then never does. */
const MOST_MS = 6 * 3_600_000;
const endless = () => {
  throw new Error("no end after six hours");
};

export async function runScenario(scenario: Scenario, plant: Plant = (parts) => parts): Promise<Outcome> {
  const world = new World(scenario);
  const broken: Record<string, readonly string[]> = {};
  const ledgers: Ledger[] = [];
  let started = 0;

  /** One process, to its end or its crash. */
  async function live(role: number, idleMs: number): Promise<Ending | "crashed"> {
    started += 1;
    const process = new ModelProcess(world);
    const ledger = new Ledger();
    const parts = {
      source: process.source(),
      rows: process.rows(),
      deadLetters: process.letters(),
      clock: process.clock,
    };
    const limits = { idleMs, maxMessages: Number.POSITIVE_INFINITY, schema: SETTINGS.schema };
    const stream = new Stream(plant({ ...parts, ...limits, ledger, log: createLog("error", () => {}) }, world));
    process.stop = () => stream.stop();
    const happens = happening(world, role, process);
    const ended = await Promise.race([runGraph(stream, SETTINGS), process.crashed]);
    happens.end();
    ledgers.push(ledger);
    if (ended !== "crashed") Object.assign(broken, miscounted(ledger, stream));
    return ended;
  }

  async function role(index: number): Promise<void> {
    for (let starts = 0; starts < MOST_STARTS; starts++) {
      if ((await live(index, scenario.idleMs)) === "idle") return;
      await world.clock.sleep(50 + world.random.below(5000));
    }
  }

  async function whole(): Promise<void> {
    await Promise.all(Array.from({ length: scenario.processes }, (_, index) => role(index)));
    world.healed = true;
    // Longer than any lease: what is still leased comes back before it is over.
    await live(-1, scenario.leaseSeconds * 1000 + 60_000);
  }

  try {
    await world.clock.until(Promise.race([whole(), world.clock.sleep(MOST_MS).then(endless)]));
  } catch (error) {
    broken["stuck or failed"] = [(error as Error).message];
  }
  if (world.waiting > 0) broken["not acknowledged at the end"] = [String(world.waiting)];
  if (world.early.length > 0) broken["acknowledged before it was written"] = world.early;
  Object.assign(
    broken,
    overcounted(world, ledgers),
    Object.fromEntries(check(world.published, world, promisedBy(world))),
  );
  return { broken, fired: world.fired, published: world.published.length, processes: started };
}

const ROWS = { keyed: "once", "insert ids": "once in a window", plain: "at least once" } as const;

function promisedBy({ scenario, sends }: World): Promised {
  return { rows: ROWS[scenario.sink], letters: scenario.letters === "file" ? "once" : "at least once", sends };
}

/** Lets the events of a role come to pass, once each in a run. */
function happening(world: World, role: number, process: ModelProcess) {
  const done = new AbortController();
  const events = world.scenario.events.filter(
    (event): event is Exclude<Event, { on: unknown }> =>
      !("on" in event) && event.process === role && event.at >= world.clock.now(),
  );
  for (const event of events)
    void world.clock.sleep(event.at - world.clock.now(), done.signal).then(() => {
      if (done.signal.aborted) return;
      world.count(event.what);
      if (event.what === "crash") process.crash();
      else if (event.what === "stop") process.stop();
      else if (event.what === "freeze") process.freeze(event.ms);
      else if (event.what === "clock jump") process.jump(event.ms);
    });
  return { end: () => done.abort() };
}

/** A run that ended by itself has its counts in order. */
function miscounted(ledger: Ledger, stream: Stream): Record<string, readonly string[]> {
  const letters = sum(Object.values(ledger.deadLetters));
  const written = ledger.rows + letters + ledger.redelivered;
  if (stream.heldBy === undefined && (ledger.unwritten > 0 || written !== ledger.received))
    return {
      "miscounted by the ledger": [`received ${ledger.received}, written ${written}, open ${ledger.unwritten}`],
    };
  return {};
}

/** Ledgers may claim less than there is, where an answer was lost, and never more. */
function overcounted(world: World, ledgers: readonly Ledger[]): Record<string, readonly string[]> {
  const [rows, letters] = [
    sum(ledgers.map((one) => one.rows)),
    sum(ledgers.flatMap((one) => Object.values(one.deadLetters))),
  ];
  // A sink without a key may have dropped what a second process, or a second run, took for its own.
  const keyed = world.scenario.sink === "keyed";
  const broken: Record<string, readonly string[]> = {};
  if (keyed && rows > world.rows.length)
    broken["more rows claimed than there are"] = [`${rows} > ${world.rows.length}`];
  if (letters > world.letters.length)
    broken["more dead letters claimed than there are"] = [`${letters} > ${world.letters.length}`];
  return broken;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
