/**
 * Numbers of Cloud Monitoring's. Each metric by Google's name; how late it may be seen is of Google's metrics list, and the window that is
 * asked for is longer.
 *
 * | number | metric | is seen after |
 * | --- | --- | --- |
 * | backlog, dead letters | `pubsub.googleapis.com/subscription/num_undelivered_messages` | 4 minutes |
 * | oldest message | `pubsub.googleapis.com/subscription/oldest_unacked_message_age` | 4 minutes |
 * | acknowledged | `pubsub.googleapis.com/subscription/ack_message_count` | 4 minutes |
 * | rows | `bigquery.googleapis.com/storage/uploaded_row_count` | up to 6 hours (21,720 s) |
 * | delay | `dataflow.googleapis.com/job/system_lag`, `…/job/data_watermark_age` | minutes |
 */
import type { NotObserved } from "../../observe/audit/model/told";
import type { Settings } from "../../deployment/settings";
import type { Monitoring, Point } from "../monitoring";
import { OperateError } from "../trouble";
import type { Measured, Seen, Spread } from "./model";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A gauge has a point each minute, seen after four. */
const GAUGE_MS = 10 * MINUTE;
const ROWS_MS = 7 * HOUR;
const RATE_MS = 5 * MINUTE;

/** What Monitoring has no point of, which is no trouble by itself: of what is new, or still, it has none. */
export const NO_POINT = "Cloud Monitoring has no point of";

export interface Measures {
  readonly waiting: (subscription: string) => Promise<Seen<Measured>>;
  readonly oldest: (subscription: string) => Promise<Seen<Measured>>;
  readonly acknowledged: (subscription: string) => Promise<Seen<Measured>>;
  readonly rows: (settings: Settings) => Promise<Seen<Measured>>;
  readonly lag: (job: OfJob) => Promise<Seen<Spread>>;
  readonly watermarkAge: (job: OfJob) => Promise<Seen<Spread>>;
}

interface OfJob {
  readonly id: string;
  readonly name: string;
}

/** `now` in milliseconds. Of a `NotObserved` the reason is Monitoring's own, or that there is no point. */
export function measures(monitoring: Monitoring, now: number): Measures {
  const ask = async <T extends object>(
    metric: string,
    of: string,
    ms: number,
    made: (points: readonly Point[]) => T,
  ): Promise<Seen<T>> => {
    const filter = `metric.type="${metric}" AND ${of}`;
    const points = await monitoring(filter, now - ms, now).catch(unseen);
    if ("notObserved" in points) return points;
    if (points.length === 0) return { notObserved: `${NO_POINT} ${metric} in the last ${inWords(ms)}` };
    return made(points);
  };
  const gauge = (name: string) => (subscription: string) =>
    ask(pubsub(name), ofSubscription(subscription), GAUGE_MS, (points) => newest(points, pubsub(name)));
  const spread = (name: string) => (job: OfJob) => {
    const metric = `dataflow.googleapis.com/job/${name}`;
    return ask(metric, ofJob(job), HOUR, (points) => spreadOf(points, metric));
  };
  return {
    waiting: gauge("num_undelivered_messages"),
    oldest: gauge("oldest_unacked_message_age"),
    acknowledged: (subscription) =>
      ask(pubsub("ack_message_count"), ofSubscription(subscription), GAUGE_MS, (points) =>
        rate(points, pubsub("ack_message_count")),
      ),
    rows: ({ DATASET, TABLE }) =>
      ask(
        UPLOADED,
        `resource.type="bigquery_dataset" AND resource.labels.dataset_id="${DATASET}" AND metric.labels.table="${TABLE}"`,
        ROWS_MS,
        (points) => rate(points, UPLOADED),
      ),
    lag: spread("system_lag"),
    watermarkAge: spread("data_watermark_age"),
  };
}

const UPLOADED = "bigquery.googleapis.com/storage/uploaded_row_count";
const pubsub = (name: string) => `pubsub.googleapis.com/subscription/${name}`;
const ofSubscription = (id: string) =>
  `resource.type="pubsub_subscription" AND resource.labels.subscription_id="${id}"`;
const ofJob = ({ id, name }: OfJob) =>
  `resource.type="dataflow_job" AND resource.labels.job_name="${name}" AND metric.labels.job_id="${id}"`;

const inWords = (ms: number) => (ms < HOUR ? `${ms / MINUTE} minutes` : ms === HOUR ? "hour" : `${ms / HOUR} hours`);

function unseen(error: unknown): NotObserved {
  if (error instanceof OperateError) return { notObserved: error.message };
  throw error;
}

const endOf = (points: readonly Point[]) => Math.max(...points.map(({ end }) => end));

/** Series of one minute add up: there is one a way of delivery. */
function newest(points: readonly Point[], metric: string): Measured {
  const end = endOf(points);
  const value = points.filter((one) => one.end === end).reduce((sum, one) => sum + one.value, 0);
  return { value, at: new Date(end).toISOString(), metric };
}

/** Per second, over the five minutes to the newest point. A minute in which nothing was has no point. */
function rate(points: readonly Point[], metric: string): Measured {
  const end = endOf(points);
  const sum = points.filter((one) => one.end > end - RATE_MS).reduce((all, one) => all + one.value, 0);
  return { value: (sum * 1000) / RATE_MS, at: new Date(end).toISOString(), metric };
}

function spreadOf(points: readonly Point[], metric: string): Spread {
  const values = points.map(({ value }) => value).sort((a, b) => a - b);
  const at = (share: number) => values[Math.ceil(share * values.length) - 1]!;
  return { p50: at(0.5), p99: at(0.99), minutes: values.length, metric };
}
