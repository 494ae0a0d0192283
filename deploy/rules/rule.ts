/** One thing that must hold of a deployment. */
import type { Deployment } from "../deployment";
import { isObserved, type Observations, type Observed } from "./observations";

export interface Rule {
  /** LOC-1, KEY-2: never given to another rule, it stands in job labels and records. */
  readonly id: string;
  /** One line: what must hold, and why. */
  readonly reason: string;
  /** The name of Google's page, its product in brackets where the name does not tell. */
  readonly source: string;
  /** One line: what to change. */
  readonly mend: string;
  /** Nothing where the rule holds. */
  readonly check: (asked: Deployment, found: Observations) => readonly Finding[];
}

/** `found` is what breaks the rule, in words that carry no personal data; or nobody could look. */
export type Finding =
  | { readonly kind: "broken"; readonly found: string }
  | { readonly kind: "not_observed"; readonly what: string; readonly why: string };

/** A rule that names alone decide: `found` answers every break of it. */
export const byName =
  (found: (asked: Deployment) => readonly string[]): Rule["check"] =>
  (asked) =>
    found(asked).map((one) => ({ kind: "broken", found: one }));

/** What `value` breaks, by `found`; a finding of its own where it was not observed. */
export function seen<T extends object>(
  what: string,
  value: Observed<T>,
  found: (value: T) => string | undefined,
): readonly Finding[] {
  if (!isObserved(value)) return [{ kind: "not_observed", what, why: value.notObserved }];
  const broken = found(value);
  return broken === undefined ? [] : [{ kind: "broken", found: broken }];
}
