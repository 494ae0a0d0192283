/** Where delay bends as the offered rate goes up, and what a message costs by its size. Pure. */
import { median } from "../soak/statistics";

/** One offered rate, held for a while. */
export interface Step {
  /** Messages a second. */
  readonly rate: number;
  /** Written a second. */
  readonly written: number;
  /** How many messages a second more were waiting. */
  readonly growth: number;
  /** Milliseconds. */
  readonly delayP50: number;
  readonly delayP99: number;
  /** Processor time of the process, a message. */
  readonly cpuMicros: number;
  /** Share of one core that it had. */
  readonly core: number;
  /** Share of the time in which its main thread could run, and had no processor: other programs had them. */
  readonly waited: number;
}

/** What waits grows by more than this share of what is offered: it does not keep up. */
const GROWTH = 0.02;
/** The middle delay is so many times that of the lightest step, and so many milliseconds above it: it is bent. */
const BEND = { times: 4, ms: 50 };

/** A rate that was not held while the process waited for a processor for so long tells of the machine, not of the pipeline. */
const STARVED = 0.25;

export interface Knee {
  /** The highest rate that was held; undefined where none was. */
  readonly held?: number;
  /** The first above it that was not, though it had a processor, and why; undefined where there is none. */
  readonly bent?: { readonly rate: number; readonly why: string };
}

/**
 * `steps`: by ascending rate. A rate that was held was held, whatever a noisy minute did to a lower one. The lightest step is what delays are
 * held against.
 */
export function kneeOf(steps: readonly Step[]): Knee {
  const judged = steps.map((step) => ({ ...step, why: bendOf(step, steps[0]!) }));
  const held = judged.filter(({ why }) => why === undefined).at(-1)?.rate;
  const bent = judged.find(({ rate, why, waited }) => why !== undefined && waited < STARVED && rate > (held ?? 0));
  return { ...(held !== undefined && { held }), ...(bent && { bent: { rate: bent.rate, why: bent.why! } }) };
}

/** Whether the last two were not held: then higher ones tell nothing. */
export function isOver(steps: readonly Step[]): boolean {
  const last = steps.slice(-2);
  return last.length === 2 && last.every((step) => bendOf(step, steps[0]!) !== undefined);
}

function bendOf({ rate, growth, delayP50 }: Step, lightest: Step): string | undefined {
  if (growth > GROWTH * rate) return `${Math.round(growth)} messages a second more were waiting`;
  if (delayP50 > BEND.times * lightest.delayP50 && delayP50 > lightest.delayP50 + BEND.ms) {
    return `the middle delay was ${Math.round(delayP50)} ms, of ${Math.round(lightest.delayP50)} at the lightest`;
  }
  return undefined;
}

/** What one whole core would hold, by processor time: the figure that other programs on the machine move least. */
export const oneCore = (cpuMicros: number) => 1e6 / cpuMicros;

export interface Cost {
  /** A message without any bytes. */
  readonly micros: number;
  readonly microsPerKilobyte: number;
}

/** A line through costs by size: the median of the slopes of every two, and of what is left. Throws RangeError of fewer than two sizes. */
export function costOf(points: readonly { readonly bytes: number; readonly cpuMicros: number }[]): Cost {
  const slopes = points.flatMap((a, i) =>
    points
      .slice(i + 1)
      .flatMap((b) => (a.bytes === b.bytes ? [] : [(b.cpuMicros - a.cpuMicros) / (b.bytes - a.bytes)])),
  );
  if (slopes.length === 0) throw new RangeError("two sizes at least: one has no slope");
  const slope = median(slopes);
  return {
    micros: median(points.map(({ bytes, cpuMicros }) => cpuMicros - slope * bytes)),
    microsPerKilobyte: slope * 1000,
  };
}
