/** How each part of a deployment is looked for. */
import { lastPart } from "../../deployment";
import type { Asked } from "../../resources/setup";
import type { Ask } from "../ask";
import { type Listed, only } from "./lists";
import { type Choice, type Named } from "./pick";

export interface Looking {
  readonly ask: Ask;
  readonly named: Named;
  /** The places, from what is named and the profile. */
  readonly asked: Asked;
}

export interface Part {
  readonly choices: readonly Choice[];
  /** Whose it is, by the labels of what is taken. */
  readonly labels: readonly (string | undefined)[];
}

export type Labels = Readonly<Record<string, string>>;

const DAY_SECONDS = 24 * 60 * 60;

/** `604800s` is 7. Only whole days. */
export function wholeDays(duration: string | undefined): string | undefined {
  const days = Number.parseFloat(duration ?? "") / DAY_SECONDS;
  return Number.isInteger(days) && days > 0 ? String(days) : undefined;
}

export const at = ({ asked: { project, region } }: Looking) => ({ project, location: region });
export const nameOf = ({ name }: { readonly name?: string }) => lastPart(name);
export const names = (all: Listed<{ readonly name?: string }>) => only(all, (some) => some.map(nameOf));
export const takenOf = <T extends { readonly name?: string }>(all: Listed<T>, { taken }: Choice): T | undefined =>
  "notObserved" in all ? undefined : all.find((one) => nameOf(one) === taken);
