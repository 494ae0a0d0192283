/** One run of the staged graph on Prism, in which a process is killed, as plain JSON: drawn from a seed. */
import { Random } from "../../../generator/random";
import { DEFAULT_METHODS, type Methods } from "../../../pipeline/composites/methods";
import type { Kind } from "../messages";

/** The pool starts Python's worker, and takes it along when it ends, as a container's first process does. */
export const VICTIMS = ["TypeScript worker", "Python worker", "Python worker pool"] as const;
export type Victim = (typeof VICTIMS)[number];

/** Not before the victim is there. */
export type Moment =
  | { readonly after: "the job's start" | "the first row"; readonly ms: number }
  | { readonly after: "rows"; readonly rows: number };

export interface PrismScenario {
  readonly seed: number;
  readonly methods: Methods;
  readonly messages: number;
  /** Milliseconds between two groups of `GROUP` while the job runs; 0: all of them wait before it starts. */
  readonly every: number;
  /** None in a control. */
  readonly kill?: { readonly victim: Victim; readonly moment: Moment };
}

export const GROUP = 100;

/** Those of the graphs that run on what every machine has: Java's Storage Write is rehearsed alone. */
export const WAYS: readonly Methods[] = [DEFAULT_METHODS, { read: "native", write: "native" }];

/** So much of what is published is a row at most: a kill after so many rows comes to pass. */
const MOST_ROWS = 0.8;

export function drawPrismScenario(seed: number, messages: number, ways: readonly Methods[] = WAYS): PrismScenario {
  const random = new Random(seed >>> 0, 21);
  const methods = random.pick(ways);
  const victim = random.pick<Victim>([...VICTIMS, "TypeScript worker", "Python worker"]);
  return {
    seed,
    methods,
    messages,
    every: random.pick([0, 250]),
    kill: { victim, moment: drawMoment(random, messages) },
  };
}

function drawMoment(random: Random, messages: number): Moment {
  switch (random.below(4)) {
    case 0:
      return { after: "the job's start", ms: random.below(8000) };
    case 1:
      return { after: "the first row", ms: random.below(4000) };
    default:
      return { after: "rows", rows: 1 + random.below(Math.floor(messages * MOST_ROWS)) };
  }
}

/** The same run without a kill: it has to be whole. */
export function controlOf({ kill: _, ...scenario }: PrismScenario): PrismScenario {
  return scenario;
}

const BAD: readonly Kind[] = ["broken", "unknown column", "not UTF-8", "empty"];

/** What the messages are made as. The emulator's Storage Write has no row that it refuses for its content alone. */
export function* kindsOf({ seed, messages, methods }: PrismScenario): Iterable<Kind> {
  const random = new Random(seed >>> 0, 22);
  const bad = methods.write === "native" ? BAD : [...BAD, "refused" as const];
  for (let number = 0; number < messages; number++)
    yield random.chance(0.1) ? random.pick([...bad, "long attribute" as const]) : "plain";
}

export const named = ({ kill }: PrismScenario): string => {
  if (kill === undefined) return "nothing killed";
  const { victim, moment } = kill;
  const when = moment.after === "rows" ? `${moment.rows} rows` : `${moment.ms} ms after ${moment.after}`;
  return `${victim} killed ${moment.after === "rows" ? "after " : ""}${when}`;
};
