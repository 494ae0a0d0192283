/** How what is there differs from what is wanted: the same for every resource. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../schemas/bigquery";
import type { Command } from "../resources/command";
import type { Binding, Field, Fields, Grant, Resource } from "../resources/resource";

export type Reading =
  | { readonly kind: "found"; readonly fields: Fields; readonly bindings: readonly Binding[] | NotObserved }
  | { readonly kind: "absent" }
  /** Its API is off: what is there will be seen once that is on. */
  | { readonly kind: "presumed absent" }
  | ({ readonly kind: "not observed" } & NotObserved);

export interface NotObserved {
  readonly notObserved: string;
}

export type Difference =
  | { readonly kind: "missing"; readonly commands: readonly Command[] }
  | {
      readonly kind: "changed";
      readonly field: string;
      readonly found: Json;
      readonly wanted: Json;
      readonly commands: readonly Command[];
    }
  | { readonly kind: "not granted"; readonly grant: Grant; readonly commands: readonly Command[] }
  /** Nothing that we run mends it. */
  | { readonly kind: "by hand"; readonly what: string; readonly mend: string; readonly commands: readonly Command[] }
  | { readonly kind: "not observed"; readonly what: string; readonly why: string };

/** A value differs, and its resource says neither how it is changed nor that it cannot be. */
export class UnhandledDifference extends Error {
  constructor(
    readonly resource: string,
    readonly field: string,
  ) {
    super(`${resource}: ${field} differs, and no resource handles it`);
  }
}

/** In the order in which they are mended. Throws UnhandledDifference. */
export function differences(resource: Resource, given: boolean, reading: Reading): readonly Difference[] {
  if (reading.kind === "not observed") {
    return [{ kind: "not observed", what: resource.title, why: reading.notObserved }];
  }
  if (reading.kind === "found") {
    const fields = given ? [] : changed(resource, Object.entries(resource.fields), reading.fields);
    return [...fields, ...notGranted(resource, given, reading.bindings)];
  }
  if (given) return [byHand(resource.title, "it is given, and not there: whoever owns it makes it", resource.create)];
  const apart = Object.entries(resource.fields).filter(([, field]) => field.apart);
  return [
    { kind: "missing", commands: resource.create },
    ...changed(resource, apart, {}),
    ...notGranted(resource, given, []),
  ];
}

export function fieldHolds({ wanted, holds }: Field, found: Json): boolean {
  return holds === undefined ? isDeepStrictEqual(found, wanted) : holds(found);
}

/** A grant with a condition is another grant. */
export function isGranted({ role, member }: Grant, bindings: readonly Binding[]): boolean {
  return bindings.some((one) => one.role === role && one.condition === undefined && one.members?.includes(member));
}

function changed(resource: Resource, fields: readonly (readonly [string, Field])[], all: Fields): Difference[] {
  return fields.flatMap(([name, field]): Difference[] => {
    const found = all[name] ?? null;
    if (fieldHolds(field, found)) return [];
    const what = `${resource.title}: ${name} is ${JSON.stringify(found)}, not ${JSON.stringify(field.wanted)}`;
    const mend = typeof field.byHand === "function" ? field.byHand(found) : field.byHand;
    if (mend !== undefined) return [byHand(what, mend)];
    if (field.change === undefined) throw new UnhandledDifference(resource.title, name);
    return [{ kind: "changed", field: name, found, wanted: field.wanted, commands: field.change(found) }];
  });
}

function notGranted(
  { title, policy }: Resource,
  given: boolean,
  found: readonly Binding[] | NotObserved,
): Difference[] {
  if (policy === undefined || policy.grants.length === 0) return [];
  if ("notObserved" in found) return [{ kind: "not observed", what: `${title}'s grants`, why: found.notObserved }];
  return policy.grants
    .filter((grant) => !isGranted(grant, found))
    .map((grant): Difference => {
      const commands = [...(grant.first === undefined ? [] : [grant.first]), policy.grant(grant)];
      if (!given) return { kind: "not granted", grant, commands };
      const what = `${title}: ${grant.member} does not hold ${grant.role}`;
      return byHand(what, "it is given: whoever owns it grants this", commands);
    });
}

const byHand = (what: string, mend: string, commands: readonly Command[] = []): Difference => ({
  kind: "by hand",
  what,
  mend,
  commands,
});
