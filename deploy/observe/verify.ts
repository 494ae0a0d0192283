/** Every rule and every declared value held against what the cloud says: one line each. */
import type { Json } from "../../schemas/bigquery";
import { heldAgainstRules, RULES } from "../rules";
import type { Visit } from "../walk";
import { fieldHolds, isGranted } from "../walk/diff";
import { asFound } from "./for-rules";
import type { Plan } from "./plan";

export interface Line {
  readonly verdict: "holds" | "accepted" | "broken" | "not observed";
  readonly what: string;
}

/** The rules first. `plan` is what was read. */
export function verify({ setup, visits }: Plan): readonly Line[] {
  return [...rulesHeld(setup, visits), ...visits.flatMap(valuesHeld)];
}

/** What is broken, and what nobody could look at. */
export const isGood = ({ verdict }: Line): boolean => verdict === "holds" || verdict === "accepted";

function rulesHeld({ deployment, accepted }: Plan["setup"], visits: readonly Visit[]): Line[] {
  const held = heldAgainstRules(deployment, asFound(visits), accepted);
  const found = (all: typeof held.broken, id: string) => all.find(({ rule }) => rule.id === id)?.found.join("; ");
  return RULES.map(({ id, reason }): Line => {
    const broken = found(held.broken, id);
    if (broken !== undefined) return { verdict: "broken", what: `${id} ${broken}` };
    const unseen = held.notObserved.find(({ rule }) => rule === id);
    if (unseen !== undefined) return { verdict: "not observed", what: `${id} ${unseen.what}: ${unseen.why}` };
    const taken = found(held.accepted, id);
    return taken === undefined
      ? { verdict: "holds", what: `${id} ${reason}` }
      : { verdict: "accepted", what: `${id} ${taken}` };
  });
}

function valuesHeld({ resource, given, reading }: Visit): Line[] {
  const { title, policy } = resource;
  if (reading.kind === "not observed") return [{ verdict: "not observed", what: `${title}: ${reading.notObserved}` }];
  if (reading.kind !== "found") return [{ verdict: "broken", what: `${title} is not there` }];
  const { fields, bindings } = reading;
  const values = given ? [] : Object.entries(resource.fields);
  const lines = values.map(([name, field]): Line => {
    const found = fields[name] ?? null;
    if (fieldHolds(field, found)) return { verdict: "holds", what: `${title}: ${name} is ${brief(found)}` };
    return { verdict: "broken", what: `${title}: ${name} is ${brief(found)}, not ${brief(field.wanted)}` };
  });
  const granted = (policy?.grants ?? []).map((grant): Line => {
    const what = `${title}: ${grant.role} to ${grant.member}`;
    if ("notObserved" in bindings) return { verdict: "not observed", what: `${what}: ${bindings.notObserved}` };
    return { verdict: isGranted(grant, bindings) ? "holds" : "broken", what };
  });
  const all = [...lines, ...granted];
  return all.length > 0 ? all : [{ verdict: "holds", what: `${title} is there` }];
}

const LONGEST = 120;

function brief(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** `of` is how many were held, where `lines` are some of them. */
export function linesAsText(lines: readonly Line[], of = lines.length): string {
  const bad = lines.filter((line) => !isGood(line)).length;
  const summary = bad === 0 ? `all ${of} hold` : `${bad} of ${of} do not hold`;
  return `${lines.map(({ verdict, what }) => `${verdict.padEnd(14)}${what}`).join("\n")}\n\n${summary}\n`;
}
