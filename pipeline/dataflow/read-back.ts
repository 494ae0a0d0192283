/** What the service says that a job is, held against what was asked for. */
import { isDeepStrictEqual } from "node:util";
import { FLAGS, type Flag, type FlagValue, type FlagValues } from "./flags";
import type { Job } from "./job";

/** One option, asked for and found. */
export interface Comparison {
  readonly option: string;
  readonly asked: FlagValue;
  /** Undefined where the job has no such thing. */
  readonly found: unknown;
  /** `not observed`: the service gave a job back without its environment, or without what it is called and where it is. */
  readonly verdict: "same" | "different" | "not observed";
}

/** One comparison for each option that is a property of the job, in the order of the table. */
export function compared(asked: FlagValues, job: Job): Comparison[] {
  return Object.entries(FLAGS as Readonly<Record<string, Flag>>).flatMap(([option, { kind, found }]) => {
    const wanted = asked[option];
    if (wanted === undefined || found === undefined) return [];
    const is = found(job);
    const isUnsaid = is === undefined && (job.environment === undefined || OF_EVERY_JOB.has(option));
    const verdict = isSame(kind, wanted, is) ? "same" : isUnsaid ? "not observed" : "different";
    return [{ option, asked: wanted, found: is, verdict } satisfies Comparison];
  });
}

/** Google says these of every job: a service that does not is another one, and has said nothing against them. */
const OF_EVERY_JOB: ReadonlySet<string> = new Set(["project", "region", "job_name", "streaming"]);

/** The service may add labels, experiments and service options of its own: what was asked for must be among them. */
function isSame(kind: Flag["kind"], wanted: FlagValue, is: unknown): boolean {
  switch (kind) {
    case "list":
      return Array.isArray(is) && (wanted as readonly string[]).every((one) => is.includes(one));
    case "labels":
      return (wanted as readonly string[]).every((label) => {
        const [key, value] = splitLabel(label);
        return (is as Record<string, string> | undefined)?.[key] === value;
      });
    case "object":
      return isDeepStrictEqual(JSON.parse(wanted as string), is);
    case "count":
      return Number(is) === wanted;
    default:
      return is === wanted;
  }
}

/** `a=b` is the label a with the value b, `a` one without a value. */
export function splitLabel(label: string): readonly [key: string, value: string] {
  const at = label.indexOf("=");
  return at < 0 ? [label, ""] : [label.slice(0, at), label.slice(at + 1)];
}
