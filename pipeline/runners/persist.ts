import type { Clock } from "./clock";
import type { SetUpError, TransientError } from "../endpoints/endpoint";
import type { Log } from "../log";

export interface Persistence {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the run is to end. */
  readonly stopping: AbortSignal;
}

/** The first wait after a transient error; each further one is twice as long, up to the longest. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** How often an operator's mend is looked for. */
const SET_UP_WAIT_MS = 5000;
/** For how long a run that is to end still tries what passes by itself. */
const STOP_GRACE_MS = 10_000;

/**
 * Asks an endpoint until it does what it is asked. Trouble is reported once, when it begins or changes, and so is its end.
 * Answers undefined where the run is to end and the trouble stays.
 */
export async function persist<R extends { kind: string }>(
  name: string,
  ask: () => Promise<R | SetUpError | TransientError>,
  { clock, log, stopping }: Persistence,
): Promise<Exclude<R, SetUpError | TransientError> | undefined> {
  let wait = FIRST_WAIT_MS;
  let reported = "";
  let stoppedAt: number | undefined;
  for (;;) {
    const result = await ask();
    if (!isTrouble(result)) {
      if (reported !== "") log.info(`${name}: goes on`);
      return result as Exclude<R, SetUpError | TransientError>;
    }
    if (reported !== result.trouble.code) {
      report(log, name, result);
      reported = result.trouble.code;
    }
    if (stopping.aborted) {
      stoppedAt ??= clock.now();
      if (result.kind === "setUpError" || clock.now() - stoppedAt >= STOP_GRACE_MS) return undefined;
    }
    // A stop wakes the wait that it finds, to try once more; the waits after it are slept out.
    const wake = stopping.aborted ? undefined : stopping;
    await clock.sleep(result.kind === "setUpError" ? SET_UP_WAIT_MS : wait, wake);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function isTrouble(result: { kind: string }): result is SetUpError | TransientError {
  return result.kind === "setUpError" || result.kind === "transientError";
}

function report(log: Log, name: string, { kind, trouble }: SetUpError | TransientError): void {
  if (kind === "setUpError") {
    log.error(
      `${name}: ${trouble.text} [${trouble.code}]. Nothing is acknowledged; the run goes on once this is mended.`,
    );
  } else log.warn(`${name}: ${trouble.text} [${trouble.code}]. Tried again until it passes.`);
}
