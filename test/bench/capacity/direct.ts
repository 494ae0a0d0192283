/** The DirectRunner at one offered rate after the other: one process, as in production. */
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "./knee";
import { usageOf } from "../soak/process";
import { quantile } from "../soak/statistics";
import type { Traffic } from "../soak/traffic";

export interface Holding {
  /** What is measured of each rate. */
  readonly seconds: number;
  /** Before that, at the same rate. */
  readonly warmUp: number;
}

/** Offers `rate` messages a second; ends with nothing waiting, or after a while. */
export async function directStep(traffic: Traffic, rate: number, { seconds, warmUp }: Holding): Promise<Step> {
  const stop = new AbortController();
  const publishing = traffic.publish(rate, warmUp + seconds + 1, stop.signal);
  await pause(warmUp * 1000);
  traffic.delays.take();
  const before = now(traffic);
  await pause(seconds * 1000);
  const after = now(traffic);
  const delays = traffic.delays.take();
  stop.abort();
  await publishing;
  await drained(traffic);
  const took = (after.at - before.at) / 1000;
  const written = after.written - before.written;
  const cpu = after.cpuSeconds - before.cpuSeconds;
  return {
    ...{ rate, written: written / took, growth: (after.waiting - before.waiting) / took },
    ...{ delayP50: quantile(delays, 0.5), delayP99: quantile(delays, 0.99) },
    ...{ cpuMicros: (cpu * 1e6) / written, core: cpu / took },
    waited: (after.waitedSeconds - before.waitedSeconds) / took,
  };
}

/** Sends some messages through it: what a process does once is no part of any step. Throws where it does not write them within a minute. */
export async function started(traffic: Traffic): Promise<void> {
  await traffic.publish(1000, 1, new AbortController().signal);
  await drained(traffic, 60);
  if (traffic.delays.waiting > 0) throw new Error(`the pipeline writes nothing:\n${traffic.pipeline.output.stderr}`);
}

function now(traffic: Traffic) {
  const { cpuSeconds, waitedSeconds } = usageOf(traffic.pipeline.child.pid!);
  return {
    at: performance.now(),
    cpuSeconds,
    waitedSeconds,
    written: traffic.written(),
    waiting: traffic.delays.waiting,
  };
}

async function drained(traffic: Traffic, seconds = 30): Promise<void> {
  for (const end = performance.now() + seconds * 1000; traffic.delays.waiting > 0 && performance.now() < end; )
    await pause(100);
  traffic.delays.take();
}
