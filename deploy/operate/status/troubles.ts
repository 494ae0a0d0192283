/** What of a status somebody has to look at. Pure. */
import type { NotObserved } from "../../observe/audit/model/told";
import { NO_POINT } from "./measures";
import { isSeen, type JobsNow, type KeyNow, type Seen, type Status } from "./model";

/** As the alert "backlog" has it. */
const OLDEST_SECONDS = 600;

/** One line each. What could not be looked at is one, but where Monitoring only has no point. */
export function troublesOf(status: Omit<Status, "troubles">): readonly string[] {
  const { oldestSeconds: oldest } = status;
  return [
    ...ofJobs(status.jobs),
    ...status.keys.flatMap(ofKey),
    ...(isSeen(oldest) && oldest.value > OLDEST_SECONDS ? [`a message has waited for ${oldest.value} seconds`] : []),
    ...ofAlerts(status.alerts),
    ...unseenNumbers(status),
    ...unseen("the dead letters' reasons", status.reasons),
  ];
}

const NUMBERS = {
  backlog: "backlog",
  oldestSeconds: "oldest message",
  acknowledgedPerSecond: "acknowledged",
  rowsPerSecond: "rows",
  deadLetters: "dead letters",
} as const;

/** One line a reason: mostly it is the same for all. */
function unseenNumbers(status: Pick<Status, keyof typeof NUMBERS>): readonly string[] {
  const names = new Map<string, string[]>();
  for (const [key, name] of Object.entries(NUMBERS)) {
    const seen = status[key as keyof typeof NUMBERS];
    if (!isSeen(seen)) names.set(seen.notObserved, [...(names.get(seen.notObserved) ?? []), name]);
  }
  return [...names].flatMap(([notObserved, all]) => unseen(all.join(", "), { notObserved }));
}

const unseen = (name: string, seen: object | NotObserved) =>
  !("notObserved" in seen) || seen.notObserved.startsWith(NO_POINT) || seen.notObserved === NOT_ASKED
    ? []
    : [`${name} not observed: ${seen.notObserved}`];

/** Said where nobody wanted it. */
export const NOT_ASKED = "not asked: --no-reasons";

function ofJobs(jobs: Seen<JobsNow>): readonly string[] {
  if (!isSeen(jobs)) return [`jobs not observed: ${jobs.notObserved}`];
  const { active, unseen: hidden } = jobs;
  return [
    ...(active.length === 0 ? ["no job is active"] : []),
    ...(active.length > 1 ? [`${active.length} jobs are active: each gets a share of the messages`] : []),
    ...active.flatMap(({ name, state }) => (state === "JOB_STATE_RUNNING" ? [] : [`${name} is in ${state}`])),
    ...active.flatMap(({ name, lag, watermarkAge, workers }) => [
      ...unseen(`${name}: lag`, lag),
      ...unseen(`${name}: watermark age`, watermarkAge),
      ...unseen(`${name}: workers`, workers),
    ]),
    ...hidden.map(({ id, notObserved }) => `job ${id} not observed: ${notObserved}`),
  ];
}

function ofKey({ name, primary }: KeyNow): readonly string[] {
  if (!isSeen(primary)) return [`key ${name} not observed: ${primary.notObserved}`];
  return primary.state === "ENABLED" ? [] : [`key ${name}: its primary version ${primary.version} is ${primary.state}`];
}

function ofAlerts(alerts: Status["alerts"]): readonly string[] {
  if (!isSeen(alerts)) return [`alerts not observed: ${alerts.notObserved}`];
  const off = alerts.policies.filter(({ enabled }) => !enabled);
  return [
    ...(alerts.policies.length === 0 ? ["no alert policy carries this deployment's label: make plan"] : []),
    ...off.map(({ name }) => `alert ${name} is off`),
  ];
}
