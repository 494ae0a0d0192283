/** What lies twice: snapshots, and what a bucket and a table keep of what is deleted. */
import type { Gathered } from "../gather";
import type { Link } from "../model/link";
import { isNotObserved } from "../model/told";
import { jobLinks } from "./jobs";
import { untold } from "./link";
import { topicLink } from "./messages";
import { bucketLink, rowLinks } from "./stored";

/** Copies lie with what they are copies of. */
export function copyLinks(gathered: Gathered): readonly Link[] {
  const { copies, setup } = gathered;
  const { settings } = setup;
  const sources = {
    messages: topicLink("copies", gathered, settings.TOPIC),
    rows: rowLinks(gathered)[0]!,
    state: jobLinks(gathered).find(({ step }) => step === "state")!,
  };
  const listed = (["messages", "state", "rows"] as const).flatMap((kind): Link[] => {
    const all = copies[kind];
    if (isNotObserved(all)) return [untold("copies", `copies of ${kind}`, all)];
    const { place, key, what } = sources[kind];
    if (all.length > 0) return all.map((one) => ({ step: "copies", what: one.what, place, key, more: { of: what } }));
    return [untold("copies", `copies of ${kind}`, { none: "there are none" })];
  });
  return [...listed, ...keptVersions(gathered)];
}

/** What a bucket and a table keep of what is deleted. */
function keptVersions(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  const { place, key } = bucketLink(gathered);
  const rows = rowLinks(gathered)[1]!;
  const more = { until: `${settings.TEMP_DAYS} days after they are replaced or deleted` };
  return [
    { step: "copies", what: `older versions in bucket ${settings.BUCKET}`, place, key, more },
    {
      step: "copies",
      what: `time travel and fail-safe of ${rows.what}`,
      place: rows.place,
      key: rows.key,
      more: { until: "7 days of time travel at most, then 7 of fail-safe" },
    },
  ];
}
