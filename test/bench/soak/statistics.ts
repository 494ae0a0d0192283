/** Whether a long run stays as it is: slopes that a few bad minutes do not move. Pure. */

/** A measurement: when, in hours from the start, and what. */
export interface Point {
  readonly hours: number;
  readonly value: number;
}

/** A slope in units an hour, with the interval that holds it 95 times of 100. */
export interface Slope {
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
}

/** The value below which lies `share` of the list; NaN of an empty one. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The medians of each minute: samples ten seconds apart lean on each other, and would make the interval too narrow. */
export function byMinute(points: readonly Point[]): Point[] {
  const minutes = new Map<number, Point[]>();
  for (const point of points) {
    const minute = Math.floor(point.hours * 60 + 1e-9);
    minutes.set(minute, [...(minutes.get(minute) ?? []), point]);
  }
  return [...minutes.values()].map((of) => ({
    hours: median(of.map(({ hours }) => hours)),
    value: median(of.map(({ value }) => value)),
  }));
}

/** Of a normal distribution: 95% lie within so many standard deviations. */
const Z = 1.96;

/**
 * Theil-Sen: the median of the slopes of every two points. Its interval is Sen's (1968), by the variance of Kendall's S. Throws RangeError where
 * there are fewer than five points: nothing can be said of them.
 */
export function theilSen(points: readonly Point[]): Slope {
  const n = points.length;
  if (n < 5) throw new RangeError(`${n} points have no slope that could be trusted: 5 at least`);
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const run = points[j]!.hours - points[i]!.hours;
      if (run !== 0) slopes.push((points[j]!.value - points[i]!.value) / run);
    }
  }
  slopes.sort((a, b) => a - b);
  const reach = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (index: number) => slopes[Math.max(0, Math.min(slopes.length - 1, index))]!;
  return {
    perHour: median(slopes),
    low: at(Math.floor((slopes.length - reach) / 2)),
    high: at(Math.ceil((slopes.length + reach) / 2)),
  };
}

export type Verdict = "flat" | "grows" | "not told";

/**
 * `limit`: what it may grow in an hour. Flat where the whole interval stays below it, growing where the whole interval is above; of what
 * lies between, a longer run has to tell.
 */
export function verdictOf({ low, high }: Slope, limit: number): Verdict {
  if (high <= limit) return "flat";
  return low > limit ? "grows" : "not told";
}

/** What belongs to the start, and not to how it goes on: a fifth of the run, and ten minutes at most. */
export function settled(points: readonly Point[]): Point[] {
  const until = Math.min((points.at(-1)?.hours ?? 0) / 5, 1 / 6);
  return points.filter(({ hours }) => hours >= until);
}
