/** What an audit says: what was observed, what follows from it, and what nobody could look at. It is all JSON, and the report's only source. */
import type { KeyAudited } from "./model/key";
import type { Link } from "./model/link";
import type { NotObserved } from "./model/told";

/** One question to the cloud. `command` is the very line that was run; `what` is the thing that it asks for. */
export interface Observation {
  readonly what: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly observedAt: string;
  /** The account that asked, as gcloud names it. */
  readonly by: string;
  /** What came back of location, key and access; empty where the answer tells of none of them. */
  readonly answer?: Answer;
  readonly notObserved?: string;
}

export interface Answer {
  readonly location?: readonly string[];
  /** The key's full name; null is Google's own key. */
  readonly key?: string | null;
  /** Full names of the versions that are seen in use. */
  readonly keyVersions?: readonly string[];
  readonly access?: readonly Access[];
  /** How many things the answer lists, where it is a list. */
  readonly count?: number;
}

export interface Access {
  readonly role: string;
  readonly members: readonly string[];
  readonly conditional: boolean;
}

/** A running job, as the service describes it. */
export interface JobAudited {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly state: string;
  readonly createdAt: string | null;
  readonly key: string | null;
  /** Of `pipeline.pb`, as it is staged. */
  readonly graph: { readonly sha256: string; readonly bytes: number; readonly url: string } | NotObserved;
  readonly images: readonly ImageAudited[];
}

export interface ImageAudited {
  readonly name: string;
  /** `sha256:…` */
  readonly digest: string | NotObserved;
}

/** A job of the project that has nothing to do with the deployment, as far as the service tells. */
export interface OtherJob {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly key: string | null;
}

/** What no key covers, and what was looked through for personal data. */
export interface Uncovered {
  readonly what: string;
  readonly why: string;
  /** How many texts were looked through. */
  readonly looked: number | NotObserved;
  readonly hits: readonly Hit[];
}

/** `where` names the text, never what stands in it. */
export interface Hit {
  readonly kind: "e-mail address" | "IBAN" | "card number" | "telephone number";
  readonly where: string;
  readonly times: number;
}

export interface Outcome {
  /** LOC-1, …; or AUD-1, …: the audit's own. */
  readonly id: string;
  readonly reason: string;
  readonly source: string;
  readonly mend: string;
  readonly outcome: "holds" | "accepted" | "broken" | "not observed";
  /** What was found, by name; why nobody could look, where it was not observed. */
  readonly found: readonly string[];
}

export interface Audit {
  readonly deployment: string;
  readonly project: string;
  readonly region: string;
  readonly profile: string;
  readonly observedAt: string;
  readonly finishedAt: string;
  readonly by: string;
  /** The stand-in that was asked in place of Google Cloud; undefined where it was Google. */
  readonly standIn?: string;
  /** Of the table's schema, as BigQuery has it. */
  readonly schema: { readonly sha256: string; readonly columns: number } | NotObserved;
  readonly jobs: readonly JobAudited[] | NotObserved;
  readonly otherJobs: readonly OtherJob[];
  readonly chain: readonly Link[];
  readonly keys: readonly KeyAudited[];
  readonly uncovered: readonly Uncovered[];
  readonly outcomes: readonly Outcome[];
  readonly observations: readonly Observation[];
  /** Null where there was no audit before. */
  readonly drift: Drift | null;
}

export interface Drift {
  readonly since: string;
  readonly changes: readonly Change[];
}

export interface Change {
  readonly what: string;
  /** Null where it was not there, or is no longer. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Broken or not observed, the broken ones first. */
export function openPoints({ outcomes }: Pick<Audit, "outcomes">): readonly Outcome[] {
  const of = (wanted: Outcome["outcome"]) => outcomes.filter(({ outcome }) => outcome === wanted);
  return [...of("broken"), ...of("not observed"), ...of("accepted")];
}

/** The audit's own questions may go unanswered where the caller may not look; a rule may not. */
export function everyRuleHolds({ outcomes }: Pick<Audit, "outcomes">): boolean {
  return outcomes.every(({ id, outcome }) => outcome !== "broken" && (outcome !== "not observed" || isOwn(id)));
}

export const isOwn = (id: string): boolean => id.startsWith("AUD-");
