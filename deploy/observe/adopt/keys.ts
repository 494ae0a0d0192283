/** What the key ring and the key are called in a project that was set up by hand. */
import type { SettingName } from "../../deployment/settings";
import { LISTS, listed, only } from "./lists";
import { type Labels, type Looking, names, type Part, takenOf, wholeDays } from "./looking";
import { pick, pickValue, within } from "./pick";

interface Key {
  readonly name: string;
  readonly purpose?: string;
  readonly rotationPeriod?: string;
  readonly destroyScheduledDuration?: string;
  readonly versionTemplate?: { readonly protectionLevel?: string };
  readonly labels?: Labels;
}

/** The data's ring and key, and, in a split profile, the job's. */
export async function keys(looking: Looking): Promise<Part> {
  const { dataKey, dataflowKey } = looking.asked;
  const data = await keysAt(looking, dataKey, ["KEY_RING", "KEY"]);
  if (dataKey.location === dataflowKey.location) return data;
  const job = await keysAt(looking, dataflowKey, ["DATAFLOW_KEY_RING", "DATAFLOW_KEY"]);
  // What is written of keys holds for both: the data's is taken.
  const ofItsOwn = job.choices.filter(({ setting }) => setting.startsWith("DATAFLOW_"));
  return { choices: [...data.choices, ...ofItsOwn], labels: [...data.labels, ...job.labels] };
}

async function keysAt(
  { ask, named }: Looking,
  place: { readonly project: string; readonly location: string },
  [ringSetting, keySetting]: readonly [SettingName, SettingName],
): Promise<Part> {
  const rings = await listed<{ name: string }>(ask, LISTS.keyRings(place));
  const ring = pick(named, ringSetting, names(rings));
  if (ring.taken === undefined) return { choices: [ring, pick(named, keySetting, within(ring))], labels: [] };
  const all = await listed<Key>(ask, LISTS.keys(place, ring.taken));
  const encrypting = only(all, (some) =>
    some.filter(({ purpose = "ENCRYPT_DECRYPT" }) => purpose === "ENCRYPT_DECRYPT"),
  );
  const key = pick(named, keySetting, names(encrypting));
  const found = takenOf(encrypting, key);
  const values = [
    ...pickValue(named, "KEY_PROTECTION", found?.versionTemplate?.protectionLevel?.toLowerCase()),
    ...pickValue(named, "KEY_ROTATION_DAYS", wholeDays(found?.rotationPeriod)),
    ...pickValue(named, "KEY_DESTROY_DAYS", wholeDays(found?.destroyScheduledDuration)),
  ];
  return { choices: [ring, key, ...values], labels: found ? [found.labels?.deployment] : [] };
}
