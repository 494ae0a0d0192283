/** An audit as an in-toto Statement v1: what it is about, by digest, and what was seen of it. */
import { createHash } from "node:crypto";
import { type Audit, everyRuleHolds, type JobAudited } from "../observe/audit/model";
import { isNotObserved } from "../observe/audit/model/told";
import type { Signer } from "./dsse";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/**
 * The predicate's type. It is one of our own: in-toto's verification summaries tell which properties hold, and have no
 * place for what was seen. `result` is what they would say.
 */
export const PREDICATE_TYPE = "tag:regulated-streaming-pipeline,2026:audit/v1";

export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

export interface Predicate {
  readonly verifier: { readonly id: string; readonly version: string };
  readonly signedBy: { readonly kind: Signer["kind"]; readonly keyid: string; readonly keyVersion?: string };
  readonly resourceUri: string;
  readonly deployment: string;
  readonly profile: string;
  readonly region: string;
  readonly standIn: string | null;
  readonly observedAt: string;
  readonly finishedAt: string;
  readonly observedBy: string;
  readonly result: "PASSED" | "FAILED";
  readonly rules: readonly { readonly id: string; readonly outcome: string; readonly found: readonly string[] }[];
  readonly chain: Audit["chain"];
  readonly keys: Audit["keys"];
  readonly jobs: Audit["jobs"];
  readonly notCovered: readonly { readonly what: string; readonly looked: unknown; readonly hits: number }[];
}

/** `version`: the program's. What was not observed has no digest, and is no subject. */
export function statementOf(audit: Audit, signer: Signer, version: string): Statement {
  const { kind, keyid, keyVersion } = signer;
  const { project, deployment, profile, region, observedAt, finishedAt, by, chain, keys, jobs } = audit;
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(audit),
    predicateType: PREDICATE_TYPE,
    predicate: {
      verifier: { id: "regulated-streaming-pipeline", version },
      signedBy: { kind, keyid, ...(keyVersion !== undefined && { keyVersion }) },
      resourceUri: `//cloudresourcemanager.googleapis.com/projects/${project}`,
      ...{ deployment, profile, region, standIn: audit.standIn ?? null },
      ...{ observedAt, finishedAt, observedBy: by },
      result: everyRuleHolds(audit) ? "PASSED" : "FAILED",
      rules: audit.outcomes.map(({ id, outcome, found }) => ({ id, outcome, found })),
      ...{ chain, keys, jobs },
      notCovered: audit.uncovered.map(({ what, looked, hits }) => ({ what, looked, hits: hits.length })),
    },
  };
}

/** Jobs, their graphs and images, and the schema; each once. */
function subjectsOf(audit: Audit): readonly Subject[] {
  const { project, schema } = audit;
  const jobs = isNotObserved(audit.jobs) ? [] : audit.jobs;
  const all = [
    ...jobs.flatMap((job) => subjectsOfJob(project, job)),
    ...(isNotObserved(schema) ? [] : [{ name: `schema of ${tableOf(audit)}`, digest: { sha256: schema.sha256 } }]),
  ];
  return [...new Map(all.map((one) => [`${one.name}\n${one.digest.sha256}`, one])).values()];
}

/** A job has no bytes: its digest is that of its full name. */
function subjectsOfJob(project: string, { id, region, graph, images }: JobAudited): readonly Subject[] {
  const name = `projects/${project}/locations/${region}/jobs/${id}`;
  return [
    { name, digest: { sha256: createHash("sha256").update(name).digest("hex") } },
    ...(isNotObserved(graph) ? [] : [{ name: graph.url, digest: { sha256: graph.sha256 } }]),
    ...images.flatMap(({ name, digest }) =>
      typeof digest === "string"
        ? [{ name: name.split("@")[0]!, digest: { sha256: digest.replace("sha256:", "") } }]
        : [],
    ),
  ];
}

const tableOf = ({ chain }: Audit): string =>
  chain.find(({ step, what }) => step === "rows" && what.startsWith("table "))?.what ?? "the table";
