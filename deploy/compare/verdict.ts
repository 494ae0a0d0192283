/** What the rounds say: paired differences by round, an interval each, and a sentence that claims no more than that. Pure. */
import type { Measured } from "./measured";
import { BLOCK } from "./order";
import { bootstrapMean, detectable, deviationOf, type Interval, meanOf, POWER, roundsFor } from "./statistics";
import { BASE, TITLES, type Variant, VARIANTS } from "./variants";

export interface Measure {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Where more is slower: a delay. */
  readonly moreIsSlower: boolean;
  readonly of: (measured: Measured) => number;
}

const delay = (name: "p50" | "p95" | "p99"): Measure => ({
  name: `delay_${name}`,
  title: `end-to-end delay, ${name}`,
  unit: "s",
  moreIsSlower: true,
  of: ({ steady }) => steady.delays[name],
});

export const MEASURES: readonly Measure[] = [
  {
    name: "messages_per_second",
    title: "messages/s from a backlog",
    unit: "/s",
    moreIsSlower: false,
    of: ({ backlog }) => backlog.messagesPerSecond,
  },
  ...(["p50", "p95", "p99"] as const).map(delay),
];

const COMPARED = VARIANTS.filter((variant) => variant !== BASE);

/** That all sentences hold together. */
export const TOGETHER = 0.95;

/** Of one of them: the chance to err is shared out among all [Bonferroni]. */
export const LEVEL = 1 - (1 - TOGETHER) / (MEASURES.length * COMPARED.length);

/** A whole block: each variant stood equally often at each place. */
export const LEAST_ROUNDS = BLOCK;

export type Outcome = "slower" | "faster" | "no difference" | "too few rounds";

/** In percent of the time that a message takes: slower by 25 % is 4/5 of the messages/s. */
export interface Percent {
  readonly low: number;
  readonly high: number;
}

export interface Verdict {
  readonly variant: Variant;
  readonly measure: string;
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly rounds: number;
  /** Undefined below LEAST_ROUNDS: of so few no interval keeps what it promises. */
  readonly slower?: Percent & { readonly mean: number };
  /** The smallest difference that so many rounds find four times out of five, in percent. */
  readonly detectable?: number;
  /** How many rounds find the one that was asked for; undefined where no number that can be run does. */
  readonly roundsNeeded?: number;
}

export interface Judging {
  /** The difference that is to be found, in percent. */
  readonly detect: number;
  readonly seed: number;
}

/** Of whole rounds. */
export function verdictsOf(measured: readonly Measured[], judging: Judging): readonly Verdict[] {
  return COMPARED.flatMap((variant) => MEASURES.map((measure) => verdictOf(variant, measure, measured, judging)));
}

/** One number a round: the logarithm of how many times as long a message takes. */
export function pairedDifferences(
  variant: Variant,
  measure: Measure,
  measured: readonly Measured[],
): readonly number[] {
  return measured
    .filter((one) => one.variant === variant)
    .flatMap((one) => {
      const base = measured.find((other) => other.variant === BASE && other.round === one.round);
      if (base === undefined) return [];
      const ratio = measure.of(one) / measure.of(base);
      return [measure.moreIsSlower ? Math.log(ratio) : -Math.log(ratio)];
    });
}

const inPercent = (logarithm: number) => (Math.exp(logarithm) - 1) * 100;

function verdictOf(
  variant: Variant,
  measure: Measure,
  measured: readonly Measured[],
  { detect, seed }: Judging,
): Verdict {
  const all = pairedDifferences(variant, measure, measured);
  const of = { variant, measure: measure.name, rounds: all.length };
  const what = `${TITLES[variant]}, ${measure.title}`;
  if (all.length < LEAST_ROUNDS)
    return {
      ...of,
      outcome: "too few rounds",
      sentence: `${what}: too few rounds to conclude anything: ${all.length}, of ${LEAST_ROUNDS} at least`,
    };
  const deviation = deviationOf(all);
  const finds = inPercent(detectable(deviation, all.length, LEVEL));
  const needed = roundsFor(Math.log(1 + detect / 100), deviation, LEVEL, LEAST_ROUNDS);
  const interval = bootstrapMean(all, { level: LEVEL, seed });
  const slower = { mean: inPercent(meanOf(all)), low: inPercent(interval.low), high: inPercent(interval.high) };
  const numbers = { slower, detectable: finds, ...(needed !== undefined && { roundsNeeded: needed }) };
  const outcome = outcomeOf(interval, finds, detect);
  return { ...of, ...numbers, outcome, sentence: `${what}: ${said(outcome, { ...of, ...numbers }, detect)}` };
}

function outcomeOf({ low, high }: Interval, finds: number, detect: number): Outcome {
  if (low > 0) return "slower";
  if (high < 0) return "faster";
  // Twice: what the rounds find lies within it, unless one of them is far from all others.
  const isNarrow = Math.max(inPercent(high), -inPercent(low)) <= 2 * detect;
  return finds <= detect && isNarrow ? "no difference" : "too few rounds";
}

/** Outwards: what is said is never narrower than what was found. */
const up = (value: number) => (Math.ceil(value * 10) / 10).toFixed(1);
const down = (value: number) => (Math.floor(value * 10) / 10).toFixed(1);
/** Beyond all sense. */
const top = (value: number) => (value > 1000 ? "over 1000" : up(value));

/** `-1.2 to 3.4 %` */
export const intervalAsText = ({ low, high }: Percent): string => `${down(low)} to ${top(high)} %`;

function said(outcome: Outcome, verdict: Omit<Verdict, "outcome" | "sentence">, detect: number): string {
  const {
    slower,
    detectable: finds,
    roundsNeeded,
    rounds,
  } = verdict as Required<Omit<Verdict, "outcome" | "sentence">>;
  const { low, high } = slower;
  if (outcome === "slower") return `slower by ${intervalAsText(slower)}`;
  if (outcome === "faster") return `faster: it takes ${down(-high)} to ${up(-low)} % less time`;
  if (outcome === "no difference") return `no difference larger than ${up(Math.max(high, -low))} % was found`;
  const more =
    roundsNeeded === undefined
      ? `no number of rounds finds ${detect} % in this scatter`
      : `${Math.max(roundsNeeded, rounds + 1)} rounds would find ${detect} %`;
  return `too few rounds to conclude: from ${intervalAsText(slower)} slower is possible; ${rounds} rounds find ${top(finds)} % ${POWER * 100} times in a hundred; ${more}`;
}
