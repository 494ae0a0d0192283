/** How a link of the chain is said on paper: its place, its key, and whether they are what they should be. */
import type { Audit } from "../observe/audit/model";
import type { Link } from "../observe/audit/model/link";
import { isNone, isNotObserved, seenOf } from "../observe/audit/model/told";

export type State = "good" | "open" | "unseen" | "none";

/** `none`: there is no such thing, and so nothing to protect. */
export function stateOf({ place, key }: Link, { region, keys }: Audit): State {
  const places = seenOf(place);
  const used = seenOf(key);
  if (places?.some((one) => !isIn(one, region))) return "open";
  if (isNone(key) && places !== undefined) return "open";
  if (used !== undefined && !keys.some(({ name }) => name === used.name)) return "open";
  if (isNotObserved(place) || isNotObserved(key)) return "unseen";
  return isNone(place) && isMissing(place.none) ? "open" : isNone(place) ? "none" : "good";
}

const isMissing = (why: string) => why === "it is not there";

/** A zone is in its region. */
export const isIn = (place: string, region: string): boolean => place === region || place.startsWith(`${region}-`);

export function worstOf(states: readonly State[]): State {
  return (["open", "unseen", "good", "none"] as const).find((one) => states.includes(one)) ?? "none";
}

export function placeAsText({ place }: Link): string {
  if (isNotObserved(place)) return "not observed";
  return isNone(place) ? "–" : (place as readonly string[]).join(", ");
}

export const shortKey = (name: string): string => name.replace(/^.*\/cryptoKeys\//, "");

const version = (name: string) => name.replace(/^.*\/cryptoKeyVersions\//, "");

export function keyAsText({ key, place }: Link): string {
  if (isNotObserved(key)) return "not observed";
  if (isNone(key)) return seenOf(place) === undefined ? "–" : key.none;
  const { name, versions } = seenOf(key)!;
  const seen = seenOf(versions) ?? [];
  return seen.length === 0 ? shortKey(name) : `${shortKey(name)}, version ${seen.map(version).join(" and ")}`;
}

/** Why there is nothing to say, where there is nothing. */
export function whyNot({ place, key }: Link): string | undefined {
  for (const told of [place, key]) {
    if (isNotObserved(told)) return told.notObserved;
    if (isNone(told)) return told.none;
  }
  return undefined;
}
