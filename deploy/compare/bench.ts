/** One variant, measured once: a backlog is drained, then a steady rate comes. What runs it, the cloud or stand-ins, is handed in. */
import { nearestRank } from "./statistics";
import type { Load, Measured, Timings } from "./measured";
import { CompareError } from "./safety";
import { TITLES, type Variant } from "./variants";

/** From then to then, in milliseconds: of publish times. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Publishing {
  readonly messages: number;
  /** Messages a second; undefined for as many as can be. */
  readonly rate?: number;
  readonly seed: number;
  /** `backlog` or `steady`: of file names. */
  readonly phase: string;
  readonly round: number;
}

export interface Job {
  readonly id: string;
  stop(): Promise<void>;
}

export interface Bench {
  /** What stands in for Google Cloud; undefined where nothing does. */
  readonly standIn?: string;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** The most by which Pub/Sub's clock and this machine's may differ. */
  readonly slackMs: number;
  /** How often rows are counted. */
  readonly lookEveryMs: number;
  /** Ends the jobs of a variant that an interrupted run left, and throws away what waits. */
  clear(variant: Variant): Promise<void>;
  /** Answers how many messages were confirmed. */
  publish(variant: Variant, publishing: Publishing): Promise<number>;
  start(variant: Variant, round: number): Promise<Job>;
  /** By message id, how many messages of the window have a row. */
  rows(variant: Variant, window: Window): Promise<number>;
  timings(variant: Variant, window: Window): Promise<Timings>;
}

/** Seconds for a backlog, or what is left of a steady rate, to be drained. */
export type Limit = { readonly drain: number };

/** Throws CompareError where messages are not confirmed, or have no row in time: a round that lost some measures nothing. */
export async function measure(
  bench: Bench,
  { variant, round }: Pick<Measured, "variant" | "round">,
  load: Load & Limit,
  tell: (what: string) => void,
): Promise<Measured> {
  const startedAt = bench.now();
  await bench.clear(variant);
  const seed = load.seed + 2 * round;
  const waiting = await publishAll(bench, variant, {
    ...{ messages: load.backlog, seed, phase: "backlog", round },
  });
  tell(`${waiting.published} messages wait: the job is started`);
  const job = await bench.start(variant, round);
  let came: Published;
  try {
    await drained(bench, variant, waiting, load);
    tell(`drained; ${load.rate} messages/s come for ${load.steady} s`);
    const messages = Math.round(load.rate * load.steady);
    came = await publishAll(bench, variant, {
      ...{ messages, rate: load.rate, seed: seed + 1, phase: "steady", round },
    });
    await drained(bench, variant, came, load);
  } finally {
    await job.stop();
  }
  const [backlog, steady] = [await bench.timings(variant, waiting), await bench.timings(variant, came)];
  const untimed = backlog.untimed + steady.untimed;
  if (untimed > 0)
    throw stopped(variant, round, `${untimed} rows have no time of their own: --job-flags writes them so`);
  if (backlog.messagesPerSecond === undefined)
    throw stopped(variant, round, "the backlog was written at once: a larger --backlog can be measured");
  if (steady.delays === undefined) throw stopped(variant, round, "no message came at the rate: a longer --steady");
  const counted = ({ rows, duplicates }: Timings, { published }: Published) => ({ published, rows, duplicates });
  return {
    ...{ round, variant, job: job.id },
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(bench.now()).toISOString(),
    backlog: { ...counted(backlog, waiting), messagesPerSecond: backlog.messagesPerSecond },
    steady: { ...counted(steady, came), delays: steady.delays },
  };
}

interface Published extends Window {
  readonly published: number;
  readonly round: number;
}

async function publishAll(bench: Bench, variant: Variant, publishing: Publishing): Promise<Published> {
  // The slack before this window is never a message's of the one before.
  await bench.wait(2 * bench.slackMs);
  const from = bench.now() - bench.slackMs;
  const published = await bench.publish(variant, publishing);
  const { messages, round } = publishing;
  if (published !== messages)
    throw stopped(variant, round, `${published} of ${messages} messages were confirmed: see the generator's summary`);
  return { published, round, from, to: bench.now() + bench.slackMs };
}

async function drained(bench: Bench, variant: Variant, one: Published, { drain }: Limit): Promise<void> {
  const until = bench.now() + drain * 1000;
  for (;;) {
    const rows = await bench.rows(variant, one);
    if (rows >= one.published) return;
    if (bench.now() >= until)
      throw stopped(
        variant,
        one.round,
        `${rows} of ${one.published} messages have a row after ${drain} s; --drain waits longer`,
      );
    await bench.wait(bench.lookEveryMs);
  }
}

const stopped = (variant: Variant, round: number, why: string) =>
  new CompareError("STOPPED", `round ${round}, ${TITLES[variant]}: ${why}`);

/** One row: milliseconds. */
export interface Timed {
  readonly id: string;
  readonly published: number;
  /** Undefined where nobody knows. */
  readonly written: number | undefined;
}

/** The same as timings-query.ts asks of BigQuery, of rows that are here. A message that was written twice counts from its first row. */
export function timingsOf(rows: readonly Timed[]): Timings {
  const first = new Map<string, Timed>();
  for (const row of rows) {
    const known = first.get(row.id);
    if (known === undefined || (row.written ?? Infinity) < (known.written ?? Infinity)) first.set(row.id, row);
  }
  const all = [...first.values()];
  const timed = all.filter((row): row is Timed & { written: number } => row.written !== undefined);
  const written = timed.map((row) => row.written).sort((a, b) => a - b);
  const delays = timed.map((row) => (row.written - row.published) / 1000).sort((a, b) => a - b);
  const counts = { rows: all.length, duplicates: rows.length - all.length, untimed: all.length - timed.length };
  if (timed.length === 0) return counts;
  const [tenth, nine] = [nearestRank(written, 0.1), nearestRank(written, 0.9)];
  const between = written.filter((at) => at > tenth && at <= nine).length;
  return {
    ...counts,
    ...(nine > tenth && { messagesPerSecond: between / ((nine - tenth) / 1000) }),
    delays: { p50: nearestRank(delays, 0.5), p95: nearestRank(delays, 0.95), p99: nearestRank(delays, 0.99) },
  };
}
