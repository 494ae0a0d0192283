/** One run of the stream in a modelled world, as plain JSON: drawn from a seed, printed when it fails, run again from either. */
import { Random } from "../../../generator/random";
import type { Kind } from "../messages";

/** What goes wrong with one call of an endpoint, in the world's words. */
export const FAULTS = {
  pull: ["unavailable", "answer lost", "half-open", "duplicates", "acknowledged ones again"],
  acknowledge: ["refused", "answer lost", "taken and forgotten"],
  extend: ["refused"],
  rows: [
    "429",
    "503",
    "RESOURCE_EXHAUSTED",
    "answer lost after the write",
    "written in part",
    "slow",
    "half-open",
    "set-up error",
  ],
  letters: ["503", "answer lost after the write", "slow", "half-open", "set-up error"],
} as const;
export type On = keyof typeof FAULTS;

export interface Fault {
  readonly on: On;
  /** The call that it begins with, counted over all processes, and with how many it happens. */
  readonly call: number;
  readonly times: number;
  readonly what: string;
}

/** What happens to a process. A crash stands between a call's effect and its answer, before the effect, or at a moment. */
export type Event =
  | { readonly what: "crash at a call"; readonly on: On; readonly call: number; readonly after: boolean }
  /** SIGTERM, at the moment of a call. */
  | { readonly what: "stop at a call"; readonly on: On; readonly call: number }
  | { readonly what: "crash" | "stop"; readonly process: number; readonly at: number }
  /** SIGSTOP and SIGCONT. */
  | { readonly what: "freeze"; readonly process: number; readonly at: number; readonly ms: number }
  | { readonly what: "clock jump"; readonly process: number; readonly at: number; readonly ms: number };

export interface Scenario {
  readonly seed: number;
  readonly kinds: readonly Kind[];
  /** Keyed: DuckDB. Insert ids: BigQuery. Plain: Storage Write. */
  readonly sink: "keyed" | "insert ids" | "plain";
  readonly letters: "file" | "topic";
  readonly pullsAhead: boolean;
  readonly leaseSeconds: number;
  /** A pull brings so many at most. */
  readonly most: number;
  readonly processes: number;
  readonly idleMs: number;
  /** Messages whose acknowledgements come to nothing so many times. */
  readonly poisoned: Readonly<Record<number, number>>;
  /** Milliseconds between the publications; 0: all at once. */
  readonly every: number;
  readonly faults: readonly Fault[];
  readonly events: readonly Event[];
}

const KINDS: readonly Kind[] = ["broken", "unknown column", "not UTF-8", "empty", "refused", "long attribute"];

export function drawScenario(seed: number): Scenario {
  const random = new Random(seed >>> 0, 9);
  const processes = random.chance(0.3) ? 2 : 1;
  const bad = random.pick([0, 0.1, 0.4]);
  const kinds = list(1 + random.below(60), (): Kind => (random.chance(bad) ? random.pick(KINDS) : "plain"));
  const poisoned = list(random.below(3), () => [random.below(kinds.length), 1 + random.below(8)] as const);
  return {
    ...{ seed, kinds, processes },
    sink: random.pick(["keyed", "insert ids", "plain"]),
    letters: random.pick(["file", "topic"]),
    pullsAhead: random.chance(0.7),
    leaseSeconds: random.pick([10, 60, 600]),
    most: random.pick([1, 3, 10, 1000]),
    idleMs: random.pick([2000, 15_000, 70_000]),
    poisoned: Object.fromEntries(poisoned),
    every: random.pick([0, 0, 50, 900]),
    faults: list(random.below(7), () => drawFault(random)),
    events: list(random.below(4), () => drawEvent(random, processes)),
  };
}

function drawFault(random: Random): Fault {
  const on = random.pick(Object.keys(FAULTS) as On[]);
  const times = random.pick([1, 1, 2, 5, 20]);
  return { on, call: random.below(random.pick([3, 12])), times, what: random.pick<string>(FAULTS[on]) };
}

function drawEvent(random: Random, processes: number): Event {
  const at = random.below(random.pick([300, 5000, 60_000]));
  const process = random.below(processes);
  const what = random.pick(EVENTS);
  const on = random.pick(Object.keys(FAULTS) as On[]);
  if (what === "crash at a call") return { what, on, call: random.below(10), after: random.chance(0.5) };
  if (what === "stop at a call") return { what, on, call: random.below(10) };
  if (what === "freeze") return { what, process, at, ms: random.pick([1000, 12_000, 90_000]) };
  if (what === "clock jump") return { what, process, at, ms: random.pick([-3_600_000, -1000, 5000, 3_600_000]) };
  return { what, process, at };
}

const EVENTS = [
  "crash at a call",
  "crash at a call",
  "crash",
  "stop at a call",
  "stop",
  "freeze",
  "clock jump",
] as const;

const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
