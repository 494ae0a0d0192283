/**
 * In an emergency the key goes first: one look at its versions, and they are disabled. Which jobs run is asked in the same moment, for they
 * end by it; everything else is looked at afterwards, by a revocation that goes on from the record of this one.
 */
import type { Ask } from "../../observe/ask";
import { listJobs } from "../../observe/audit/jobs";
import type { Asked } from "../../resources/setup";
import { type Asking, begunBy, chosen } from "./prepare";
import { OpenRecord } from "./record";
import { type Acting, recordOf, takeAll } from "./revoke";
import { enabledVersions, seeKey } from "./take";

/** `who`: by whom it is done. Throws OffSwitchError where a version cannot be seen or taken. */
export async function takeAtOnce(
  setup: Asked,
  asking: Pick<Asking, "only" | "record">,
  ask: Ask,
  who: () => Promise<Acting>,
): Promise<void> {
  const keys = chosen(setup, asking.only);
  const [way, how] = ["versions", "now"] as const;
  const begun = begunBy({ ...asking, way });
  // Not waited for: the answer is there when it is asked for again.
  void ask(listJobs(setup.project));
  const [acting, seen] = await Promise.all([who(), Promise.all(keys.map((key) => seeKey(key, way, ask)))]);
  const taken = seen.flatMap(enabledVersions);
  const record = new OpenRecord(asking.record, recordOf({ begun, setup, way, how, taken, jobs: [] }, acting));
  await takeAll(record, seen, acting);
  const which = taken.map(({ key, version }) => `${version} of ${key.key}`).join(", ");
  acting.progress(`taken at ${record.now.takenAt}: ${which === "" ? "nothing was enabled" : `version ${which}`}\n`);
}
