/** The rules of location and key: pure functions of what is asked for and of what the cloud says. */
import { type Deployment, DeploymentError } from "./deployment";
import { KEY } from "./rules/key";
import { LOCATION } from "./rules/location";
import { NAMES } from "./rules/names";
import type { Observations } from "./rules/observations";
import { AUDIT_RULES, type Rule } from "./rules/rule";
import { ACCOUNT, BUCKETS, IMAGES, NETWORK } from "./rules/workers";

export { NOTHING_OBSERVED } from "./rules/observations";
export type {
  BucketFound,
  NotObserved,
  Observations,
  Observed,
  RepositoryFound,
  TopicFound,
} from "./rules/observations";
export { AUDIT_RULES } from "./rules/rule";
export type { Finding, Rule } from "./rules/rule";

export const RULES: readonly Rule[] = [...LOCATION, ...KEY, ...NETWORK, ...IMAGES, ...ACCOUNT, ...BUCKETS, ...NAMES];

export interface Broken {
  readonly rule: Rule;
  /** What was found, one a resource: never empty. */
  readonly found: readonly string[];
}

export interface Verdict {
  /** Nothing is submitted while there is one. */
  readonly broken: readonly Broken[];
  /** Broken and taken knowingly. */
  readonly accepted: readonly Broken[];
  /** What nobody could look at, by rule. */
  readonly notObserved: readonly { readonly rule: string; readonly what: string; readonly why: string }[];
  /** Ids that were accepted of rules that were seen to hold. */
  readonly uselessAccepts: readonly string[];
}

/** Holds a deployment against every rule but an audit's own. Throws DeploymentError where an accepted id is no rule's. */
export function heldAgainstRules(asked: Deployment, found: Observations, accepted: readonly string[]): Verdict {
  const ids: readonly string[] = [...RULES.map(({ id }) => id), ...AUDIT_RULES];
  const unknown = accepted.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    const known = ids.join(", ");
    throw new DeploymentError("unknown_rule", "accept", `--accept ${unknown} is no rule: the rules are ${known}`);
  }
  const findings = RULES.map((rule) => ({ rule, findings: rule.check(asked, found) }));
  const broken = findings
    .map(({ rule, findings }) => ({ rule, found: findings.flatMap((one) => (one.kind === "broken" ? one.found : [])) }))
    .filter(({ found }) => found.length > 0);
  const isAccepted = ({ rule }: { readonly rule: Rule }) => accepted.includes(rule.id);
  return {
    broken: broken.filter((one) => !isAccepted(one)),
    accepted: broken.filter(isAccepted),
    notObserved: findings.flatMap(({ rule, findings }) =>
      findings.flatMap((one) => (one.kind === "not_observed" ? { rule: rule.id, what: one.what, why: one.why } : [])),
    ),
    uselessAccepts: findings.filter((one) => isAccepted(one) && one.findings.length === 0).map(({ rule }) => rule.id),
  };
}

/** Everything that is broken at once, a block a rule: what was found, why it matters, what mends it, how it is accepted. */
export function describeBroken(broken: readonly Broken[]): string {
  return broken
    .map(({ rule, found }) =>
      [
        `${rule.id}  ${found.join("; ")}`,
        `  why: ${rule.reason} [${rule.source}]`,
        `  mend: ${rule.mend}`,
        `  --accept ${rule.id} takes it knowingly`,
        "",
      ].join("\n"),
    )
    .join("\n");
}

const LONGEST_LABEL = 63;

/**
 * A label's value that names accepted rules, `key-2_loc-1`: lower case, at most 63 characters. What does not fit is counted,
 * `…_and-3-more`. Empty of no ids.
 */
export function acceptedLabel(ids: readonly string[]): string {
  const all = [...new Set(ids)].sort().map((id) => id.toLowerCase());
  const first = (kept: number) => [
    ...all.slice(0, kept),
    ...(kept < all.length ? [`and-${all.length - kept}-more`] : []),
  ];
  const fitting = all.map((_, dropped) => first(all.length - dropped).join("_"));
  return fitting.find((label) => label.length <= LONGEST_LABEL) ?? "";
}
