/** How many workers a rate needs, which quotas it breaks, and what it costs. Pure: docs/capacity.md has the formula in words. */
import { CapacityError, type Values } from "./assumptions";
import { type Quota, quotasOf, type RegionClass, classOf } from "./quotas";

export const METHODS = ["native", "streaming_inserts", "storage_write_at_least_once"] as const;
export type Method = (typeof METHODS)[number];

/** Throws CapacityError. */
export function methodOf(text: string): Method {
  const method = METHODS.find((one) => one === text);
  if (method !== undefined) return method;
  throw new CapacityError("BAD_METHOD", `METHOD ${text} is none of ${METHODS.join(", ")}`);
}

export interface Question {
  /** Bytes a second of messages, at the peak. */
  readonly rate: number;
  readonly messageBytes: number;
  readonly region: string;
  readonly method: Method;
}

export interface Need extends Quota {
  readonly needs: number;
  /** How many times the limit; undefined where no limit is known. */
  readonly times?: number;
  readonly breaks: boolean;
}

export interface Cost {
  readonly what: string;
  /** US dollars. */
  readonly perHour: number;
}

export interface Capacity {
  readonly question: Question;
  readonly regionClass: RegionClass;
  readonly messagesPerSecond: number;
  /** Processor time of one message on the workers. */
  readonly micros: number;
  /** Whole processors, without headroom. */
  readonly cores: number;
  readonly workers: number;
  /** By our measurements, and by Google's benchmark of its own pipeline: the larger counts. */
  readonly workersBy: { readonly measured: number; readonly published: number };
  readonly vcpus: number;
  /** Processes of the DirectRunner instead, a core each. */
  readonly directProcesses: number;
  readonly quotas: readonly Need[];
  readonly costs: readonly Cost[];
  readonly perHour: number;
  readonly perMonth: number;
  /** What a use of the key for each message would be, which no part of this pipeline does. */
  readonly keyForEachMessage: { readonly quota: Need; readonly perHour: number };
}

const GIBIBYTE = 2 ** 30;
const TEBIBYTE = 2 ** 40;
const SECONDS_AN_HOUR = 3600;
/** As Google's calculator has it. */
export const HOURS_A_MONTH = 730;
/** What was measured. */
const MEASURED_BYTES = 433;
const INSERTED_AT_LEAST = 1000;

export function capacityOf(question: Question, values: Values): Capacity {
  const { rate, messageBytes, region } = question;
  const messagesPerSecond = rate / messageBytes;
  const micros = microsOf(question, values);
  const cores = (messagesPerSecond * micros) / 1e6;
  const workersBy = workersOf(question, cores, values);
  const workers = Math.max(workersBy.measured, workersBy.published);
  const vcpus = workers * values.vcpus_per_worker;
  const costs = costsOf(question, workers, values);
  const perHour = costs.reduce((sum, one) => sum + one.perHour, 0);
  const more = moreBytes(messageBytes) * values.micros_per_kilobyte;
  const directCores = (messagesPerSecond * (values.direct_micros + more)) / 1e6 / values.vcpu_speed;
  return {
    ...{ question, regionClass: classOf(region), messagesPerSecond, micros, cores, workers, workersBy, vcpus },
    directProcesses: Math.ceil(directCores / values.utilisation),
    quotas: needsOf(question, workers, vcpus, values),
    ...{ costs, perHour, perMonth: perHour * HOURS_A_MONTH },
    keyForEachMessage: {
      quota: need(quotasOf(region).keyUses, messagesPerSecond),
      perHour: (messagesPerSecond * SECONDS_AN_HOUR * values.kms_10000) / 10_000,
    },
  };
}

/** Kilobytes above what was measured: a smaller message is taken to be no cheaper. */
const moreBytes = (messageBytes: number) => Math.max(0, messageBytes - MEASURED_BYTES) / 1000;

function microsOf({ method, messageBytes }: Question, values: Values): number {
  const fixed = {
    native: values.native_micros,
    streaming_inserts: values.streaming_inserts_micros,
    storage_write_at_least_once: values.storage_write_micros,
  }[method];
  return fixed + values.harness_micros + moreBytes(messageBytes) * values.micros_per_kilobyte;
}

function workersOf({ rate, messageBytes }: Question, cores: number, values: Values) {
  const measured = Math.ceil(cores / values.vcpu_speed / values.utilisation / values.vcpus_per_worker);
  // The benchmark's workers had two vCPUs.
  const each = Math.min(values.floor_bytes, values.floor_messages * messageBytes) * (values.vcpus_per_worker / 2);
  return { measured, published: Math.ceil(rate / each) };
}

function needsOf({ rate, region, method }: Question, workers: number, vcpus: number, values: Values): Need[] {
  const quotas = quotasOf(region);
  const rows = rate * values.row_share;
  const write =
    method === "streaming_inserts"
      ? [need(quotas.insertAll, rows)]
      : [need(quotas.storageWrite, rows), need(quotas.connections, vcpus)];
  const read = [need(quotas.publish, rate), need(quotas.pull, rate)];
  return [...read, ...write, need(quotas.workers, workers), need(quotas.vcpus, vcpus)];
}

function need(quota: Quota, needs: number): Need {
  const times = quota.limit === undefined ? undefined : needs / quota.limit;
  return { ...quota, needs, ...(times !== undefined && { times }), breaks: times !== undefined && times > 1 };
}

function costsOf({ rate, messageBytes, method }: Question, workers: number, values: Values): Cost[] {
  const bytes = rate * SECONDS_AN_HOUR;
  const vcpus = workers * values.vcpus_per_worker;
  const rows = (bytes / messageBytes) * Math.max(messageBytes * values.row_share, INSERTED_AT_LEAST);
  const write =
    method === "streaming_inserts"
      ? (rows / 1e9) * values.streaming_insert_gigabyte
      : ((bytes * values.row_share) / GIBIBYTE) * values.storage_write_gibibyte;
  const all: readonly (readonly [string, number])[] = [
    ["Dataflow's vCPUs", vcpus * values.vcpu_hour],
    ["Dataflow's memory", workers * values.memory_per_worker * values.gigabyte_hour],
    ["Streaming Engine, by data", (bytes / GIBIBYTE) * values.engine_passes * values.engine_gibibyte],
    ["Pub/Sub, published and delivered", (2 * bytes * values.pubsub_tebibyte) / TEBIBYTE],
    ["BigQuery's ingestion", write],
  ];
  return all.map(([what, dollars]) => ({ what, perHour: dollars * values.price_factor }));
}
