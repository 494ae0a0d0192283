/** What a run on Prism came to, by message id: what is counted, and what fails it. */
import { check, type Found, type Promised, type Published } from "../check";

/** How the job stood when nothing came any more. */
export interface End {
  /** Beam's name of the job's last state. */
  readonly state: string;
  /** Whether the job had ended, by whatever: its client was told. */
  readonly ended: boolean;
  /** Whether Prism itself had. */
  readonly prismEnded: boolean;
}

export interface Counts {
  readonly published: number;
  readonly rows: number;
  readonly letters: number;
  /** Rows and dead letters beyond the first of their id. */
  readonly twice: number;
  /** Of ids that nobody published. */
  readonly invented: number;
  /** With another content or another fate than what was published. */
  readonly changed: number;
  /** Neither row nor dead letter. */
  readonly notWritten: number;
  /** Not acknowledged: still in the subscription. */
  readonly waiting: number;
  /** Of these, those that are written: they come again. */
  readonly waitingWritten: number;
  /** Not written, and acknowledged. */
  readonly lost: number;
  /** 1 where messages are missing and the job is said to be running for all that. */
  readonly stalled: number;
}

export type Broken = Readonly<Record<string, readonly string[]>>;

const SUCCEEDED = ["DONE", "DRAINED", "UPDATED"];

/**
 * Prism gives a job up when a worker dies with a bundle, and may wait for ever for one that dies between two: what is missing then is counted, and
 * how often nobody is told of it. What may never be, whatever dies: something invented, changed, or there more often than is promised, and a job
 * that is said to be done while messages are missing. Where nothing was killed, nothing is missing.
 */
export function weigh(
  published: readonly Published[],
  found: Found,
  waiting: ReadonlySet<string>,
  promised: Promised,
  end: End,
  isKilled: boolean,
): { counts: Counts; broken: Broken } {
  const { lost = [], ...broken }: Record<string, readonly string[]> = Object.fromEntries(
    check(published, found, { ...promised, waiting }),
  );
  const ids = [...found.rows, ...found.letters].map(({ id }) => id);
  const written = new Set(ids);
  const missing = published.map(({ id }) => id).filter((id) => !written.has(id));
  const of = (...violations: string[]) => violations.reduce((sum, what) => sum + (broken[what]?.length ?? 0), 0);
  const counts: Counts = {
    ...{ published: published.length, rows: found.rows.length, letters: found.letters.length },
    twice: ids.length - written.size,
    invented: of("invented row", "invented dead letter"),
    changed: of(
      ...["changed row", "changed dead letter"],
      ...["row that had to be a dead letter", "dead letter that had to be a row"],
    ),
    ...{ notWritten: missing.length, waiting: waiting.size, lost: lost.length },
    waitingWritten: [...waiting].filter((id) => written.has(id)).length,
    stalled: missing.length > 0 && !end.ended ? 1 : 0,
  };
  if (!isKilled && missing.length > 0) broken["not written although nothing was killed"] = missing;
  if (!isKilled && end.ended) broken[`ended by itself: ${end.state}`] = [];
  if (missing.length > 0 && end.ended && SUCCEEDED.includes(end.state))
    broken[`ended as ${end.state} while messages are missing`] = missing;
  return { counts, broken };
}

/** In a word. */
export const endedAs = ({ state, ended, prismEnded }: End): string =>
  prismEnded ? "Prism ended" : ended ? state : `still ${state}`;
