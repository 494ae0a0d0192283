/** One run of the product's own process between gates that do harm, as plain JSON: drawn from a seed. */
import { Random } from "../../../generator/random";
import type { Kind } from "../messages";

/** What a gate does with one call, in place of passing it on and its answer back. */
export const CALL_FAULTS = {
  pull: ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "answer swallowed", "delivered again", "slow"],
  acknowledge: ["UNAVAILABLE", "answer swallowed", "taken and forgotten"],
  extend: ["UNAVAILABLE", "answer swallowed"],
  publish: ["RESOURCE_EXHAUSTED", "UNAVAILABLE", "answer swallowed"],
  insert: ["429", "503", "500", "answer swallowed", "slow"],
} as const;
export type On = keyof typeof CALL_FAULTS;

export interface CallFault {
  readonly on: On;
  readonly what: string;
  /** The call that it begins with, and with how many it happens. */
  readonly call: number;
  readonly times: number;
}

/** So many milliseconds after the first delivery; `ms`: for how long. */
export interface TimedFault {
  readonly what:
    | "SIGKILL"
    | "SIGTERM"
    | "SIGSTOP"
    | "disk full"
    | "clock jump"
    | "source cut"
    | "source half-open"
    | "source down"
    | "sink cut"
    | "sink half-open"
    | "sink down";
  readonly at: number;
  readonly ms: number;
}

export type Sink = "duckdb" | "bigquery" | "storage write";

export interface RealScenario {
  readonly seed: number;
  readonly sink: Sink;
  readonly letters: "file" | "topic";
  /** Published in groups, one behind the other. */
  readonly groups: readonly (readonly Kind[])[];
  /** Milliseconds between the groups. */
  readonly every: number;
  /** So many of the first messages are published twice, as by a publisher that did not get its answer. */
  readonly publishedTwice: number;
  readonly processes: 1 | 2;
  readonly calls: readonly CallFault[];
  readonly timed: readonly TimedFault[];
}

const BAD: readonly Kind[] = ["broken", "unknown column", "not UTF-8", "empty"];

export function drawRealScenario(seed: number): RealScenario {
  const random = new Random(seed >>> 0, 11);
  const sink = random.pick<Sink>(["duckdb", "duckdb", "bigquery", "bigquery", "storage write"]);
  // The emulator's Storage Write has no row that it refuses for its content alone.
  const bad = sink === "storage write" ? BAD : [...BAD, "refused" as const];
  const kind = (): Kind => (random.chance(0.15) ? random.pick([...bad, "long attribute"]) : "plain");
  const groups = list(6 + random.below(14), () => list(1 + random.below(40), kind));
  if (sink !== "storage write" && random.chance(0.05)) groups[random.below(groups.length)]!.push("huge");
  const drawn = list(1 + random.below(3), () =>
    random.chance(0.45) ? drawCall(random, sink) : drawTimed(random, sink),
  );
  return {
    ...{ seed, sink, groups },
    letters: random.pick(["file", "topic"]),
    every: 50 + random.below(200),
    publishedTwice: random.chance(0.3) ? 1 + random.below(20) : 0,
    processes: random.chance(0.2) ? 2 : 1,
    calls: drawn.filter((one): one is CallFault => "on" in one),
    timed: drawn.filter((one): one is TimedFault => "at" in one),
  };
}

function drawCall(random: Random, sink: Sink): CallFault {
  const on = random.pick<On>(
    sink === "bigquery"
      ? ["pull", "acknowledge", "extend", "publish", "insert", "insert"]
      : ["pull", "acknowledge", "extend", "publish"],
  );
  return { on, what: random.pick<string>(CALL_FAULTS[on]), call: random.below(5), times: random.pick([1, 1, 3]) };
}

const ANYWHERE = [
  "SIGKILL",
  "SIGKILL",
  "SIGKILL",
  "SIGTERM",
  "SIGSTOP",
  "clock jump",
  "source cut",
  "source half-open",
  "source down",
] as const;

function drawTimed(random: Random, sink: Sink): TimedFault {
  const what = random.pick<TimedFault["what"]>(
    sink === "duckdb"
      ? [...ANYWHERE, "disk full", "disk full"]
      : [...ANYWHERE, "sink cut", "sink half-open", "sink down", "sink cut"],
  );
  const at = random.below(2500);
  if (what === "SIGSTOP") return { what, at, ms: 11_000 + random.below(4000) };
  if (what === "clock jump") return { what, at, ms: random.pick([-3_600_000, 3_600_000]) };
  return { what, at, ms: 500 + random.below(4000) };
}

const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
