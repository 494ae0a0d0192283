/** A project that was set up by hand, read into settings. It asks, and changes nothing. */
import { type SettingName, SETTINGS, settingsOf } from "../../deployment/settings";
import { type Asked, askedOf } from "../../resources/setup";
import type { TableSchema } from "../../../schemas/schema";
import type { Ask } from "../ask";
import { keys } from "./keys";
import type { Looking } from "./looking";
import { messages } from "./messages";
import { accounts, files, images, logs, networks } from "./others";
import { type Choice, isOpen, type Named, pick } from "./pick";
import { rows } from "./rows";

export interface Adopted {
  readonly asked: Asked;
  /** In the order of the settings, one each. */
  readonly choices: readonly Choice[];
  /** What is to be GIVEN, and why. */
  readonly given: readonly { readonly kind: string; readonly why: string }[];
}

/** `named` is what is known beforehand: the project, and whatever is ambiguous. Throws DeploymentError. */
export async function adopt(named: Named, schema: TableSchema, version: string, ask: Ask): Promise<Adopted> {
  const asked = askedOf(settingsOf(named), schema, version);
  const looking: Looking = { ask, named, asked };
  const parts = await Promise.all(
    [rows, keys, messages, files, images, networks, accounts, logs].map((part) => part(looking)),
  );
  const labels = [...new Set(parts.flatMap(({ labels }) => labels).filter((one) => one !== undefined))];
  const found = [...parts.flatMap(({ choices }) => choices), pick(named, "DEPLOYMENT", labels)];
  return { asked, choices: withNamed(named, found), given: givenOf(asked) };
}

/** Whatever else is named stays as it is. */
function withNamed(named: Named, found: readonly Choice[]): readonly Choice[] {
  return (Object.keys(SETTINGS) as SettingName[]).flatMap((setting): readonly Choice[] => {
    const choice = found.find((one) => one.setting === setting);
    const word = named[setting];
    if (choice !== undefined) return [choice];
    return word ? [{ setting, taken: word, candidates: [] }] : [];
  });
}

function givenOf({ project, dataKey, given }: Asked): Adopted["given"] {
  if (dataKey.project === project) return [];
  const why = `it is in ${dataKey.project}, another project`;
  return ["keyring", "key"].filter((kind) => !given.has(kind as never)).map((kind) => ({ kind, why }));
}

/** What nothing decides. */
export const openOf = ({ choices }: Adopted): readonly Choice[] => choices.filter(isOpen);
