/** Kills one process of a running job, by its pid, at its moment. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Moment, PrismScenario, Victim } from "./scenario";
import { markedProcesses } from "../../support/processes";

const COMMANDS: Readonly<Record<Victim, RegExp>> = {
  "TypeScript worker": /^\S*node .*worker_main/,
  "Python worker": /^\S*python .*SdkHarness/,
  "Python worker pool": /^\S*python .*worker_pool\.py/,
};
/** A job starts within a minute, also on a busy machine. */
const PATIENCE_MS = 150_000;

export interface Job {
  /** What the environment of its processes has. */
  readonly mark: string;
  /** By performance.now(). */
  readonly began: number;
  rows(): Promise<number>;
  readonly hasEnded: () => boolean;
}

/** Answers how many rows the table had just before. Throws where the moment does not come. */
export async function killAt({ victim, moment }: NonNullable<PrismScenario["kill"]>, job: Job): Promise<number> {
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end && !job.hasEnded(); await sleep(20)) {
      const seen = await look();
      if (seen !== undefined) return seen;
    }
    throw new Error(`nothing was killed: ${what} ${job.hasEnded() ? "before the job ended" : "in time"}`);
  };
  const rows = async (least: number) => {
    const count = await job.rows();
    return count >= least ? count : undefined;
  };
  await untilMoment(moment, job, (least) => until(`there were not ${least} rows`, () => rows(least)));
  const pid = await until(`there was no ${victim}`, async () => pidOf(victim, job.mark));
  const count = await job.rows();
  process.kill(pid, "SIGKILL");
  return count;
}

async function untilMoment(moment: Moment, job: Job, untilRows: (least: number) => Promise<number>): Promise<void> {
  if (moment.after === "rows") await untilRows(moment.rows);
  else if (moment.after === "the first row") await untilRows(1).then(() => sleep(moment.ms));
  else await sleep(Math.max(0, job.began + moment.ms - performance.now()));
}

const pidOf = (victim: Victim, mark: string) =>
  markedProcesses(mark).find(({ command }) => COMMANDS[victim].test(command))?.pid;
