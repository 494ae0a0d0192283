/** One link of the chain: what every kind of it has in common. */
import type { Fields } from "../../../resources/resource";
import type { Gathered } from "../gather";
import type { KeyUsed, Link, Step } from "../model/link";
import { isNone, isNotObserved, type None, type NotObserved, type Told } from "../model/told";

export type Where = Pick<Link, "place" | "key" | "more">;

/** The fields of a resource, by its title. */
export function fieldsOf({ visits }: Gathered, title: string): Fields | None | NotObserved {
  const reading = visits.find(({ resource }) => resource.title === title)?.reading;
  if (reading === undefined) return { notObserved: "nobody looked" };
  if (reading.kind === "found") return reading.fields;
  return reading.kind === "not observed" ? { notObserved: reading.notObserved } : { none: "it is not there" };
}

/** What is missing, or was not seen, is so of its place and of its key. */
export function linkOf(
  step: Step,
  what: string,
  fields: Fields | None | NotObserved,
  of: (fields: Fields) => Where,
): Link {
  return isNotObserved(fields) || isNone(fields) ? untold(step, what, fields) : { step, what, ...of(fields) };
}

export function untold(step: Step, what: string, why: None | NotObserved): Link {
  return { step, what, place: why, key: why, more: {} };
}

export function keyUsed(key: unknown, versions: KeyUsed["versions"]): Told<KeyUsed> {
  if (typeof key !== "string") return { none: "Google's own key" };
  const [name, version] = key.split("/cryptoKeyVersions/");
  return { name: name!, versions: version === undefined ? versions : [key] };
}

export const UNTOLD = (service: string): NotObserved => ({ notObserved: `${service} does not tell the version` });
export const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));
