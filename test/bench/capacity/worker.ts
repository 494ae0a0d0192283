/** One SDK worker, from the folder of its image, at one offered rate after the other: bundles come due, and it takes them one by one. */
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "./knee";
import { compileGenerator } from "../../../generator/record";
import { loadTableSchema } from "../../../schemas/load";
import { padded } from "../soak/padded";
import { waitedSeconds } from "../soak/process";
import { quantile } from "../soak/statistics";
import type { WorkerProcess } from "../worker/processes";

/** Bytes of one part on the data channel. */
const PART = 1 << 20;

export interface Bundles {
  readonly data: readonly Buffer[];
  readonly messages: number;
  /** Of a message, on average. */
  readonly bytes: number;
}

/** A bundle of `messages` generated messages; each of about `bytes` where that is more than they have by themselves. */
export function bundleOf(messages: number, bytes: number): Bundles {
  const generator = compileGenerator(loadTableSchema("schemas/cc_account_info.json"), { seed: 1, locale: "en_GB" });
  const parts: Buffer[][] = [[]];
  let [size, total] = [0, 0];
  for (let drawn = 0; drawn < messages; ) {
    const data = padded(generator.next(), bytes);
    // The worker's stage reads by JSON.parse: see messages.ts.
    if (!Number.isSafeInteger(JSON.parse(Buffer.from(data).toString()).credit_card)) continue;
    if (size > PART) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(elementOf(data, drawn++));
    size += data.length;
    total += data.length;
  }
  return { data: parts.map((part) => Buffer.concat(part)), messages, bytes: Math.round(total / messages) };
}

/** A windowed value: a time of its own, one global window, the only firing; then the bytes with their length. */
function elementOf(data: Uint8Array, index: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeBigInt64BE(BigInt(1_700_000_000_000 + 3 * index), 0);
  head[0]! ^= 0x80;
  head[11] = 1;
  head[12] = 0x0f;
  return Buffer.concat([head, lengthOf(data.length), data]);
}

function lengthOf(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.of(...bytes, value);
}

/** Offers `rate` messages a second, in such bundles, for so many seconds. */
export async function workerStep(
  worker: WorkerProcess,
  bundles: Bundles,
  rate: number,
  seconds: number,
): Promise<Step> {
  const every = (bundles.messages * 1000) / rate;
  const [from, cpu, waited] = [performance.now(), worker.cpuSeconds, waitedSeconds(worker.child.pid!)];
  const delays: number[] = [];
  const middle = { at: seconds * 500, late: 0 };
  for (let due = from; performance.now() - from < seconds * 1000; due += every) {
    const early = due - performance.now();
    if (early > 0) await pause(early);
    await worker.bundle(bundles.data);
    delays.push(performance.now() - due);
    if (performance.now() - from < middle.at) middle.late = Math.max(0, performance.now() - due - every);
  }
  const took = (performance.now() - from) / 1000;
  const used = worker.cpuSeconds - cpu;
  const written = delays.length * bundles.messages;
  const late = Math.max(0, delays.at(-1)! - every);
  return {
    ...{ rate, written: written / took, growth: (((late - middle.late) / 1000) * rate) / (took / 2) },
    ...{ delayP50: quantile(delays, 0.5), delayP99: quantile(delays, 0.99) },
    ...{ cpuMicros: (used * 1e6) / written, core: used / took },
    waited: (waitedSeconds(worker.child.pid!) - waited) / took,
  };
}
