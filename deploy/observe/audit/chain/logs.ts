/** The two places that log lines come to: the log bucket of the region, and the project's global one. */
import type { Gathered } from "../gather";
import type { Link } from "../model/link";
import { fieldsOf, keyUsed, linkOf, text, UNTOLD, type Where } from "./link";

const NO_LINES = { none: "it leaves the workers' lines out" };
const LEFT_OUT: Where = { place: NO_LINES, key: NO_LINES, more: {} };
const GLOBAL: Where = {
  place: ["global"],
  key: { none: "Google's own key" },
  more: { holds: "the workers' lines, too" },
};

export function logLinks(gathered: Gathered): readonly Link[] {
  const { region, settings } = gathered.setup;
  const what = `log bucket ${region}/${settings.LOG_BUCKET}`;
  const own = fieldsOf(gathered, what);
  const sink = fieldsOf(gathered, "log sink _Default");
  const excluded = "leavesOut" in sink ? (sink.leavesOut as { disabled: boolean } | null) : undefined;
  const leaves = excluded !== undefined && excluded !== null && !excluded.disabled;
  return [
    linkOf("logs", what, own, ({ key, days }) => ({
      place: [region],
      key: keyUsed(key, UNTOLD("Cloud Logging")),
      more: { "kept for": `${text(days)} days` },
    })),
    linkOf("logs", "log sink _Default", sink, () => (leaves ? LEFT_OUT : GLOBAL)),
  ];
}
