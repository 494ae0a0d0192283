/** Every number that the model stands on: what it is, and where it is from. Each can be given another value. */

/** A capacity that cannot be worked out from what was given. */
export class CapacityError extends Error {
  constructor(
    readonly code: "BAD_RATE" | "BAD_SIZE" | "BAD_REGION" | "BAD_METHOD" | "BAD_ASSUMPTION",
    message: string,
  ) {
    super(message);
  }
}

export interface Assumption {
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  /** measured: by this project, on one machine. published: by Google. assumed: by us; it stands for what nobody has measured. */
  readonly kind: "measured" | "published" | "assumed";
  /** Where it was measured or read, and when. */
  readonly source: string;
}

const GRAPHS =
  "docs/choosing.md, make bench-graph, 5,000 messages on Prism, shared machine, cold: more than in the long run";
const PARTS = "test/bench/results/capacity.md: the worker's stage 9 to 12, the write 12 to 14, on a quiet machine";
const CAPACITY = "test/bench/results/capacity.md, make bench-capacity on a quiet machine";
const KAFKA = "Performance characteristics of Kafka to BigQuery pipelines, Dataflow: Beam Java, 1 GiB/s, e2-standard-2";
const DATAFLOW = "Dataflow pricing, us-central1, September 2026";
const BIGQUERY = "BigQuery pricing, as we know it, 2025";

const measured = (value: number, unit: string, what: string, source: string): Assumption => ({
  ...{ value, unit, what, source, kind: "measured" },
});
const published = (value: number, unit: string, what: string, source: string): Assumption => ({
  ...{ value, unit, what, source, kind: "published" },
});
const assumed = (value: number, unit: string, what: string, source: string): Assumption => ({
  ...{ value, unit, what, source, kind: "assumed" },
});

export const ASSUMPTIONS = {
  native_micros: measured(
    25,
    "µs",
    "processor time of a message of 433 bytes: the TypeScript worker with the native write, in bundles of 100",
    `${PARTS}; the whole graph took 200 on Prism, cold, and bundles of 10 take 80`,
  ),
  streaming_inserts_micros: measured(960, "µs", "the same: the TypeScript worker, and Python's read and write", GRAPHS),
  storage_write_micros: measured(
    1350,
    "µs",
    "the same: the TypeScript worker, and Java's write, whose JVM was cold",
    GRAPHS,
  ),
  micros_per_kilobyte: measured(32, "µs", "processor time that each kilobyte above 433 bytes adds", CAPACITY),
  direct_micros: measured(
    126,
    "µs",
    "processor time of a message of 433 bytes: the DirectRunner's process, insertAll in batches of 100",
    CAPACITY,
  ),
  harness_micros: assumed(
    0,
    "µs",
    "processor time of Dataflow's own harness on the worker, a message",
    "never measured: the floor by Google's benchmark stands for it",
  ),
  vcpu_speed: assumed(
    1,
    "",
    "a worker's vCPU, to a processor of the machine that was measured on",
    "never measured on Dataflow's machines",
  ),
  utilisation: published(0.7, "", "of a vCPU that is to be used: the rest is headroom", KAFKA),
  vcpus_per_worker: assumed(
    2,
    "",
    "vCPUs of a worker: n1-standard-2, e2-standard-2",
    "the smallest that Streaming Engine is made for",
  ),
  memory_per_worker: assumed(8, "GB", "memory of a worker", "e2-standard-2"),
  floor_bytes: published(15e6, "B/s", "what a worker of 2 vCPUs took at most, exactly once", KAFKA),
  floor_messages: published(
    15_000,
    "/s",
    "the same, in messages of about 1,000 bytes: smaller ones are taken to be no cheaper",
    KAFKA,
  ),
  row_share: assumed(
    1,
    "",
    "bytes of a row to bytes of its message",
    "a JSON text of the same columns; a protobuf row is smaller",
  ),
  engine_passes: assumed(
    1,
    "",
    "how often Streaming Engine takes each byte",
    "the read; streaming_inserts and exactly-once writes have a shuffle more",
  ),
  price_factor: assumed(
    1,
    "",
    "prices of the region to those below",
    "us-central1 is 1; ask Google's calculator for yours",
  ),
  vcpu_hour: published(0.069, "USD", "a vCPU of a streaming worker, an hour", DATAFLOW),
  gigabyte_hour: published(0.003557, "USD", "a GB of its memory, an hour", DATAFLOW),
  engine_gibibyte: published(0.018, "USD", "a GiB through Streaming Engine, billed by data", DATAFLOW),
  pubsub_tebibyte: published(
    40,
    "USD",
    "a TiB published, and again a TiB delivered",
    "Pub/Sub pricing, September 2026",
  ),
  streaming_insert_gigabyte: published(
    0.05,
    "USD",
    "a GB by streaming inserts, a row counts as 1 kB at least",
    BIGQUERY,
  ),
  storage_write_gibibyte: published(0.025, "USD", "a GiB by the Storage Write API", BIGQUERY),
  kms_10000: published(
    0.03,
    "USD",
    "10,000 uses of a key: billed for HSM and external keys only where a service uses it",
    "Cloud KMS pricing, as we know it, 2025",
  ),
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof ASSUMPTIONS;
export type Values = Readonly<Record<AssumptionName, number>>;

const MAY_BE_ZERO: ReadonlySet<string> = new Set(["harness_micros", "micros_per_kilobyte", "engine_passes"]);

/** `given`: name=value, of those that are to be others. Throws CapacityError. */
export function valuesOf(given: readonly string[]): Values {
  const values = Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, { value }]) => [name, value]));
  for (const one of given) {
    const [, name = "", text = ""] = /^([a-z_0-9]+)=(.+)$/.exec(one) ?? [];
    if (!Object.hasOwn(ASSUMPTIONS, name)) {
      throw new CapacityError(
        "BAD_ASSUMPTION",
        `${one}: give NAME=value, with one of ${Object.keys(ASSUMPTIONS).join(", ")}`,
      );
    }
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0 || (value === 0 && !MAY_BE_ZERO.has(name))) {
      throw new CapacityError("BAD_ASSUMPTION", `${name}=${text} is no number above 0`);
    }
    values[name] = value;
  }
  if (values.utilisation! > 1) {
    throw new CapacityError(
      "BAD_ASSUMPTION",
      `utilisation=${values.utilisation} is above 1: 0.7 is seven tenths of a vCPU`,
    );
  }
  return values as Values;
}
