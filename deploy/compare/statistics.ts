/**
 * What a comparison may conclude from a few rounds. Pure, and seeded: the same rounds give the same intervals.
 *
 * The interval is the studentised bootstrap ("bootstrap-t") of a mean [Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 12.5;
 * Davison and Hinkley, Bootstrap Methods and their Application, 1997, 5.2.1]: of the simple bootstraps the one that keeps what it promises where
 * there are ten rounds and not a hundred, for it takes its own quantiles in the place of Student's.
 */
import { drawsOf } from "./draws";

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 9_999;

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: by n - 1. NaN of a single value. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** The nearest rank of `share`, 0 to 1: a value that was measured. `sorted` is in ascending order, and not empty. */
export const nearestRank = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1))]!;

/** Of the mean of `values`, two at least, at `level`, 0 to 1. */
export function bootstrapMean(
  values: readonly number[],
  {
    level,
    seed,
    resamples = RESAMPLES,
  }: { readonly level: number; readonly seed: number; readonly resamples?: number },
): Interval {
  const n = values.length;
  if (n < 2) throw new RangeError("an interval takes two values at least");
  const [mean, error] = [meanOf(values), deviationOf(values) / Math.sqrt(n)];
  // All the same, but for what is lost in their sum: there is nothing to resample.
  if (error <= Number.EPSILON * Math.abs(mean) * n || error === 0) return { mean, low: mean, high: mean };
  const draw = drawsOf(seed);
  const t = new Float64Array(resamples);
  for (let at = 0; at < resamples; ) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const value = values[Math.floor(draw() * n)]! - mean;
      sum += value;
      squares += value * value;
    }
    const spread = squares - (sum * sum) / n;
    // The same value n times says nothing of the spread: drawn again.
    if (spread <= 1e-12 * squares || spread <= 0) continue;
    t[at++] = sum / n / Math.sqrt(spread / (n - 1) / n);
  }
  t.sort();
  const tail = (1 - level) / 2;
  return { mean, low: mean - nearestRank(t, 1 - tail) * error, high: mean - nearestRank(t, tail) * error };
}

/**
 * P(|T| <= t) of Student's t with whole degrees of freedom, in its closed form [Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 26.7.3 and 26.7.4].
 */
function withinT(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  if (freedom === 1) return (2 * angle) / Math.PI;
  let term = isOdd ? cos : 1;
  let sum = term;
  for (let k = isOdd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
}

/** The quantile of Student's t, by halving: `share` from a half to 1. */
export function quantileOfT(share: number, freedom: number): number {
  let [low, high] = [0, 1];
  while ((1 + withinT(high, freedom)) / 2 < share) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if ((1 + withinT(middle, freedom)) / 2 < share) low = middle;
    else high = middle;
  }
  return high;
}

/** How often a difference of this size is to be found, where there is one. */
export const POWER = 0.8;

/**
 * The smallest mean difference that `rounds` rounds of this deviation find with POWER: (t of the level + t of the power) standard errors
 * [NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.2.2].
 */
export function detectable(deviation: number, rounds: number, level: number): number {
  const freedom = rounds - 1;
  const quantiles = quantileOfT(1 - (1 - level) / 2, freedom) + quantileOfT(POWER, freedom);
  return (quantiles * deviation) / Math.sqrt(rounds);
}

/** More nobody runs. */
const MOST_ROUNDS = 1_000;

/** The rounds that find a mean difference of `wanted`; undefined where a thousand do not. */
export function roundsFor(wanted: number, deviation: number, level: number, least: number): number | undefined {
  if (detectable(deviation, MOST_ROUNDS, level) > wanted) return undefined;
  let [low, high] = [least, MOST_ROUNDS];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (detectable(deviation, middle, level) <= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
