/** The equation over a window from the cloud's own numbers: Pub/Sub's by Cloud Monitoring, the table's by BigQuery. */
import type { Settings } from "../deployment/settings";
import type { Ask } from "../observe/ask";
import { type Equation, equation, type Term } from "./conserve";
import type { Monitoring } from "./monitoring";
import { queryOf } from "./table";

/** In milliseconds, at whole minutes. */
export interface Window {
  readonly since: number;
  readonly until: number;
}

/** A gauge has a point each minute; one that has none for so long was not observed. */
const OLDEST_POINT_MS = 300_000;

/**
 * published + waiting at the beginning = rows added + dead letters + waiting at the end. Rows are the table's count at the end less that at
 * the beginning, by time travel: this needs no column of the table's, and counts whatever else was written or deleted, too.
 */
export async function conserveByCount(
  settings: Settings,
  window: Window,
  monitoring: Monitoring,
  ask: Ask,
  tolerance: number,
): Promise<Equation> {
  const { since, until } = window;
  const { TOPIC, DEAD_LETTER_TOPIC, SUBSCRIPTION } = settings;
  const [published, letters, before, after, rows] = await Promise.all([
    publishedTo(TOPIC, window, monitoring),
    publishedTo(DEAD_LETTER_TOPIC, window, monitoring),
    waitingIn(SUBSCRIPTION, since, monitoring),
    waitingIn(SUBSCRIPTION, until, monitoring),
    rowsAdded(settings, window, ask),
  ]);
  const remarks = [
    `from ${new Date(since).toISOString()} to ${new Date(until).toISOString()}`,
    "by count: the same number of other messages would close it as well. By id: --published-ids",
    ...(before || after
      ? [
          "messages waited at an edge of the window: one in flight there may count twice or not at all; choose a quiet edge",
        ]
      : []),
    ...(published === 0 ? ["nothing was published in this window: that it closes proves little"] : []),
  ];
  const left: Term[] = [
    { name: "published", count: published, source: sourceOf(TOPIC, SENT) },
    { name: "waiting at the beginning", count: before, source: sourceOf(SUBSCRIPTION, WAITING) },
  ];
  const right: Term[] = [
    { name: "rows added", count: rows, source: `${settings.DATASET}.${settings.TABLE}: select count(*), at both ends` },
    { name: "dead letters", count: letters, source: sourceOf(DEAD_LETTER_TOPIC, SENT) },
    { name: "waiting at the end", count: after, source: sourceOf(SUBSCRIPTION, WAITING) },
  ];
  return equation("by count", left, right, remarks, tolerance);
}

const SENT = "topic/send_message_operation_count";
const WAITING = "subscription/num_undelivered_messages";
const sourceOf = (name: string, metric: string) => `${name}: ${metric}`;

/** Messages published to a topic in the window. No point is no message: a DELTA is written where something was. */
async function publishedTo(topic: string, { since, until }: Window, monitoring: Monitoring): Promise<number> {
  const filter =
    `metric.type="pubsub.googleapis.com/${SENT}" AND metric.labels.response_class="success" AND ` +
    `resource.type="pubsub_topic" AND resource.labels.topic_id="${topic}"`;
  const points = await monitoring(filter, since, until);
  return points.filter(({ end }) => end > since && end <= until).reduce((sum, { value }) => sum + value, 0);
}

/** The last point until then; undefined where there is none: a subscription that is there has one each minute. */
export async function waitingIn(subscription: string, at: number, monitoring: Monitoring): Promise<number | undefined> {
  const filter =
    `metric.type="pubsub.googleapis.com/${WAITING}" AND ` +
    `resource.type="pubsub_subscription" AND resource.labels.subscription_id="${subscription}"`;
  const points = (await monitoring(filter, at - OLDEST_POINT_MS, at)).filter(({ end }) => end <= at);
  return points.sort((a, b) => b.end - a.end)[0]?.value;
}

async function rowsAdded(settings: Settings, { since, until }: Window, ask: Ask): Promise<number | undefined> {
  const { PROJECT_ID, DATASET, TABLE } = settings;
  const at = (ms: number) =>
    `(select count(*) from \`${PROJECT_ID}.${DATASET}.${TABLE}\` ` + `for system_time as of timestamp_millis(${ms}))`;
  const asked = await ask(queryOf(PROJECT_ID, `select ${at(until)} - ${at(since)} as n`));
  const [row] = "answer" in asked ? (asked.answer as { readonly n?: string }[]) : [];
  return row?.n === undefined ? undefined : Number(row.n);
}
