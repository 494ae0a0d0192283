/** What datasets and tables have in common. */
import type { Call } from "../call";
import { Refused } from "../refused";

export const datasetName = (project: string, dataset: string) => `${project}:${dataset}`;

/** A field, or a label, that is sent as null is taken away. */
export function withoutNulls<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([name, value]) => [name, name === "labels" ? withoutNulls(value) : value])) as T;
}

/** Throws Refused where what was read before is no longer so. */
export function checkMatch({ headers }: Call, etag: string): void {
  const wanted = headers["if-match"];
  if (wanted === undefined || wanted === "" || wanted === etag) return;
  throw new Refused("ABORTED", "Precondition check failed.", { code: 412 });
}

/** New with every change. */
export const stamp = ({ state }: Call) => ({
  etag: Buffer.from(state.newId()).toString("base64"),
  lastModifiedTime: String(Date.now()),
});
