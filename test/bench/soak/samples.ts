/** What is measured every ten seconds, and the file that it is kept in. */
import { appendFileSync, writeFileSync } from "node:fs";
import { type Usage, usageOf } from "./process";
import { quantile } from "./statistics";
import type { Traffic } from "./traffic";

export interface Sample extends Usage {
  /** From the start. */
  readonly seconds: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** Buffers outside of V8's heap. */
  readonly externalBytes: number;
  readonly published: number;
  /** Rows and dead letters. */
  readonly written: number;
  readonly backlog: number;
  /** Of the pipeline, a message written since the sample before; NaN where none was. */
  readonly cpuMicros: number;
  /** Milliseconds from the publish request to the row, of those written since the sample before; NaN where they are not known. */
  readonly delayP50: number;
  readonly delayP99: number;
  readonly delayMax: number;
  /** Of the whole machine, in the last minute. */
  readonly load: number;
}

export class Sampler {
  private before: { readonly cpuSeconds: number; readonly written: number } | undefined;
  private readonly from = Date.now();

  constructor(
    private readonly traffic: Traffic,
    private readonly load: () => number,
  ) {}

  /** Throws ENOENT where the pipeline has ended. */
  take(): Sample {
    const { traffic, before } = this;
    const usage = usageOf(traffic.pipeline.child.pid!);
    const written = traffic.written();
    const delays = traffic.delays.take();
    const heap = traffic.heap();
    const since = before && written > before.written ? written - before.written : Number.NaN;
    this.before = { cpuSeconds: usage.cpuSeconds, written };
    return {
      seconds: Math.round((Date.now() - this.from) / 1000),
      ...usage,
      heapUsedBytes: heap?.heapUsed ?? Number.NaN,
      heapTotalBytes: heap?.heapTotal ?? Number.NaN,
      externalBytes: heap === undefined ? Number.NaN : heap.external,
      published: traffic.delays.published,
      written,
      backlog: traffic.delays.published - written,
      cpuMicros: Math.round(((usage.cpuSeconds - (before?.cpuSeconds ?? 0)) * 1e6) / since),
      delayP50: quantile(delays, 0.5),
      delayP99: quantile(delays, 0.99),
      delayMax: quantile(delays, 1),
      load: this.load(),
    };
  }
}

const NAMES = [
  ...["seconds", "cpuSeconds", "waitedSeconds", "rssBytes", "anonymousBytes", "threads", "descriptors", "sockets"],
  ...["heapUsedBytes", "heapTotalBytes", "externalBytes", "published", "written", "backlog", "cpuMicros"],
  ...["delayP50", "delayP99", "delayMax", "load"],
] as (keyof Sample)[];

/** A CSV file that grows with each sample; what is not known is empty. */
export function openCsv(path: string): (sample: Sample) => void {
  writeFileSync(path, `${NAMES.join(",")}\n`);
  return (sample) => appendFileSync(path, `${lineOf(sample)}\n`);
}

const lineOf = (sample: Sample) => NAMES.map((name) => (Number.isNaN(sample[name]) ? "" : sample[name])).join(",");
