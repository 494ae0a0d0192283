/** One thing that must hold of a deployment. */
import type { Deployment } from "../deployment";
import { isObserved, type Observations, type Observed } from "./observations";

export interface Rule {
  /** LOC-1, KEY-2: never given to another rule, for it stands in job labels and records. */
  readonly id: string;
  /** One line: what must hold, and why. */
  readonly reason: string;
  /** The name of Google's page, with the product in brackets. */
  readonly source: string;
  /** One line: what to change. */
  readonly mend: string;
  /** No finding where the rule holds. */
  readonly check: (asked: Deployment, found: Observations) => readonly Finding[];
}

/** Rules that only an audit can hold: it asks more than what a deployment declares. Accepted where the others are. */
export const AUDIT_RULES = ["AUD-1", "AUD-2", "AUD-3", "AUD-4", "AUD-5", "AUD-6", "AUD-7", "AUD-8"] as const;

/** `found` is what breaks the rule, in words that carry no personal data; or nobody could look. */
export type Finding =
  | { readonly kind: "broken"; readonly found: string }
  | { readonly kind: "not_observed"; readonly what: string; readonly why: string };

/** A finding where there is something to say. */
export const broken = (found: string | undefined): readonly Finding[] =>
  found === undefined ? [] : [{ kind: "broken", found }];

/** What breaks the rule in `value`, by `found`; a finding of its own where `value` was not observed. */
export function seen<T extends object>(
  what: string,
  value: Observed<T>,
  found: (value: T) => string | undefined,
): readonly Finding[] {
  return isObserved(value) ? broken(found(value)) : [{ kind: "not_observed", what, why: value.notObserved }];
}
