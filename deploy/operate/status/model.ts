/** How a deployment is now, as its services say. It is all JSON. What nobody could look at says so: it is never 0. */
import type { NotObserved } from "../../observe/audit/model/told";
import type { Group } from "../list";

export type Seen<T> = T | NotObserved;

export const isSeen = <T extends object>(seen: Seen<T>): seen is T => !("notObserved" in seen);

/** `at`: ISO 8601, UTC, the end of the minute that it is of. `metric`: Google's name of it. */
export interface Measured {
  readonly value: number;
  readonly at: string;
  readonly metric: string;
}

/** In seconds, of the values of `minutes` minutes, which are of the whole job: no service has a percentile over messages. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly minutes: number;
  readonly metric: string;
}

export interface JobNow {
  readonly id: string;
  readonly name: string;
  /** `JOB_STATE_RUNNING`. */
  readonly state: string;
  /** ISO 8601; null where the service does not say it. */
  readonly since: string | null;
  readonly region: string;
  /** Where its machines are now, and what they are. */
  readonly workers: Seen<{
    readonly zones: readonly string[];
    readonly machines: readonly string[];
    readonly count: number;
  }>;
  readonly images: readonly string[];
  readonly key: string | null;
  readonly lag: Seen<Spread>;
  readonly watermarkAge: Seen<Spread>;
}

export interface Ended {
  readonly id: string;
  readonly state: string;
  readonly since: string;
}

export interface JobsNow {
  readonly active: readonly JobNow[];
  /** Active, and could not be described: nobody knows whose they are. */
  readonly unseen: readonly (NotObserved & { readonly id: string })[];
  /** The last one of the deployment's name, asked for where none is active; null where there never was one. */
  readonly last?: Seen<Ended> | null;
}

export interface KeyNow {
  readonly name: string;
  readonly primary: Seen<{ readonly version: string; readonly state: string }>;
}

export interface AlertNow {
  readonly name: string;
  readonly enabled: boolean;
  readonly sentTo: number;
}

export interface Reasons {
  readonly at: string;
  readonly looked: number;
  /** Others wait beyond those that were looked at. */
  readonly more: boolean;
  readonly groups: readonly Group[];
}

export interface Status {
  readonly observedAt: string;
  readonly deployment: string;
  readonly project: string;
  readonly jobs: Seen<JobsNow>;
  readonly keys: readonly KeyNow[];
  readonly backlog: Seen<Measured>;
  readonly oldestSeconds: Seen<Measured>;
  readonly acknowledgedPerSecond: Seen<Measured>;
  readonly rowsPerSecond: Seen<Measured>;
  readonly deadLetters: Seen<Measured>;
  readonly reasons: Seen<Reasons>;
  readonly alerts: Seen<{ readonly policies: readonly AlertNow[] }>;
  readonly openIncidents: NotObserved;
  /** What somebody has to look at; empty where all is well. docs/runbook.md has each. */
  readonly troubles: readonly string[];
}
