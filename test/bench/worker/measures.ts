/** What is measured of workers; each measure takes turns between the contestants, so that a noisy minute hits all of them. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { dataOf } from "./messages";
import { type Kind, nodeOf, type NodeVersion, WorkerProcess } from "./processes";

export const nameOf = (kind: Kind) => (kind.what === "Python" ? "Python" : `${kind.what}, Node ${kind.node}`);

/** Between rounds: what a worker gives back while it idles must be part of the figure. */
const IDLE_MS = 1500;

/** Processor time of one bundle of `count` elements: seconds. */
async function cpuOf(worker: WorkerProcess, data: readonly Buffer[]): Promise<number> {
  const before = worker.cpuSeconds;
  await worker.bundle(data);
  return worker.cpuSeconds - before;
}

async function started(kinds: readonly Kind[], warmUp: readonly Buffer[], times = 4) {
  const workers = [];
  for (const kind of kinds) {
    const worker = await WorkerProcess.start(kind);
    for (let time = 0; time < times; time++) await worker.bundle(warmUp);
    workers.push({ name: nameOf(kind), worker });
  }
  return workers;
}

/** Microseconds an element, by contestant, with the plain loop beside them. */
export async function throughput(kinds: readonly Kind[], count: number, rounds: number) {
  const data = dataOf(count);
  const workers = await started(kinds, data);
  const found: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    found[name] = [...(found[name] ?? []), value];
  };
  for (let round = 0; round < rounds; round++) {
    for (const node of [20, 24] as const) note(`plain loop, Node ${node}`, plainLoop(node, count));
    for (const { name, worker } of workers) note(name, ((await cpuOf(worker, data)) * 1e6) / count);
    await pause(IDLE_MS);
  }
  for (const { worker } of workers) await worker.stop();
  return found;
}

function plainLoop(node: NodeVersion, count: number): number {
  const args = ["-r", "ts-node/register", join(__dirname, "plain-loop.ts"), String(count)];
  return Number(execFileSync(nodeOf(node), args, { encoding: "utf8" }));
}

/** Bundles of `size` elements: milliseconds of processor time of each, and from its request to its answer and its last output. */
export async function smallBundles(kinds: readonly Kind[], size: number, bundles: number, rounds: number) {
  const data = dataOf(size);
  const workers = await started(kinds, data, 200);
  const found = Object.fromEntries(
    kinds.map((kind) => [nameOf(kind), { cpu: [] as number[], latency: [] as number[] }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { name, worker } of workers) {
      const before = worker.cpuSeconds;
      for (let bundle = 0; bundle < bundles; bundle++) {
        const from = performance.now();
        await worker.bundle(data);
        found[name]!.latency.push(performance.now() - from);
      }
      found[name]!.cpu.push(((worker.cpuSeconds - before) * 1000) / bundles);
    }
  }
  for (const { worker } of workers) await worker.stop();
  return found;
}

/** Megabytes of a worker whose output nobody takes for `seconds`, and at most until its bundle of `count` elements has ended. */
export async function blockedSink(kind: Kind, count: number, seconds: number) {
  const { worker } = (await started([kind], dataOf(50_000), 3))[0]!;
  await worker.runner.holdData();
  const done = worker.bundle(dataOf(count));
  await pause(seconds * 1000);
  const blocked = worker.memory.now;
  await worker.runner.takeData();
  await done;
  const { most } = worker.memory;
  await worker.stop();
  return { blocked, most };
}

/** Microseconds an element before and after `seconds` of nothing to do, by contestant. */
export async function idling(kinds: readonly Kind[], count: number, rounds: number, seconds: number) {
  const data = dataOf(count);
  const workers = await started(kinds, data, 6);
  const turns = async () => {
    const found: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const { name, worker } of workers) {
        found[name] = [...(found[name] ?? []), ((await cpuOf(worker, data)) * 1e6) / count];
      }
    }
    return found;
  };
  const before = await turns();
  await pause(seconds * 1000);
  const after = await turns();
  for (const { worker } of workers) await worker.stop();
  return { before, after };
}

/** Microseconds an element of one worker alone, and of two that work at the same time. */
export async function twoWorkers(kind: Kind, count: number, rounds: number) {
  const data = dataOf(count);
  const workers = await started([kind, kind], data);
  const found = { one: [] as number[], two: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    found.one.push(((await cpuOf(workers[round % 2]!.worker, data)) * 1e6) / count);
    const both = await Promise.all(workers.map(({ worker }) => cpuOf(worker, data)));
    found.two.push((both.reduce((sum, cpu) => sum + cpu, 0) * 1e6) / (2 * count));
  }
  for (const { worker } of workers) await worker.stop();
  return found;
}
