/** A status on one screen. Names, counts and times; never a value of a message. */
import { groupsAsText } from "../list";
import { isSeen, type JobNow, type JobsNow, type Measured, type Seen, type Spread, type Status } from "./model";

type Line = readonly [string, string];

export function statusAsText(status: Status): string {
  const { deployment, project, observedAt, troubles, reasons } = status;
  const lines: Line[] = [
    ...ofJobs(status.jobs),
    ...status.keys.map(
      ({ name, primary }): Line => [
        "key",
        `${name}, ${isSeen(primary) ? `version ${primary.version} ${primary.state}` : no(primary)}`,
      ],
    ),
    ["backlog", number(status.backlog, "messages")],
    ["oldest message", number(status.oldestSeconds, "s")],
    ["acknowledged", number(status.acknowledgedPerSecond, "messages/s")],
    ["rows", number(status.rowsPerSecond, "rows/s")],
    ["dead letters", number(status.deadLetters, "waiting")],
    ["by reason", isSeen(reasons) ? lookedAt(reasons) : no(reasons)],
    ["alerts", alerts(status.alerts)],
    ["open incidents", no(status.openIncidents)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const groups = isSeen(reasons) && reasons.groups.length > 0 ? `\n${groupsAsText(reasons.groups)}` : "";
  const body = lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
  const end =
    troubles.length === 0
      ? "nothing to do\n"
      : `LOOK (docs/runbook.md)\n${troubles.map((one) => `  ${one}\n`).join("")}`;
  return `${deployment} in ${project}, ${short(observedAt)}\n\n${body}${groups}\n${end}`;
}

const short = (time: string) => time.replace(/\.\d+Z$/, "Z");
const no = ({ notObserved }: { readonly notObserved: string }) => `not observed: ${notObserved}`;

function number(seen: Seen<Measured>, unit: string): string {
  if (!isSeen(seen)) return no(seen);
  const value = seen.value.toLocaleString("en", { maximumFractionDigits: 1 });
  return `${value} ${unit} (${short(seen.at)})`;
}

function ofJobs(jobs: Seen<JobsNow>): readonly Line[] {
  if (!isSeen(jobs)) return [["job", no(jobs)]];
  const { active, unseen, last } = jobs;
  return [
    ...(active.length === 0 ? [["job", `none is active${lastOne(last)}`] as const] : active.flatMap(ofJob)),
    ...unseen.map(({ id, notObserved }): Line => ["job", `${id} ${no({ notObserved })}`]),
  ];
}

function lastOne(last: JobsNow["last"]): string {
  if (last === undefined || last === null) return last === null ? "; there was none of this name" : "";
  return isSeen(last)
    ? `; the last one, ${last.id}, is in ${last.state} since ${last.since}`
    : `; the last one ${no(last)}`;
}

function ofJob({ name, state, since, region, workers, images, key, lag, watermarkAge }: JobNow): readonly Line[] {
  const machines = isSeen(workers)
    ? `${workers.count} × ${workers.machines.join(", ") || "no machine"} in ${workers.zones.join(", ") || "no zone"}`
    : no(workers);
  return [
    ["job", `${name.replace(/^job /, "")} ${state} since ${since === null ? "not observed" : short(since)}`],
    ["  where", `${region}; ${machines}`],
    ...images.map((image): Line => ["  image", image]),
    ["  key", key ?? "Google's own"],
    ["  delay: lag", spread(lag)],
    ["  watermark age", spread(watermarkAge)],
  ];
}

const spread = (seen: Seen<Spread>) =>
  isSeen(seen) ? `p50 ${seen.p50} s, p99 ${seen.p99} s, of ${seen.minutes} minutes` : no(seen);

const lookedAt = ({ looked, more, at }: { readonly looked: number; readonly more: boolean; readonly at: string }) =>
  `${looked} looked at (${short(at)})${more ? ", and more wait" : ""}`;

function alerts(seen: Status["alerts"]): string {
  if (!isSeen(seen)) return no(seen);
  const { policies } = seen;
  const each = policies.map(
    ({ name, enabled, sentTo }) => `${name}${enabled ? "" : " OFF"}${sentTo === 0 ? " (sent to nobody)" : ""}`,
  );
  return policies.length === 0 ? "no policy" : each.join("; ");
}
