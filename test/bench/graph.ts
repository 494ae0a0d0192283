/**
 * `make bench-graph`: the same messages through the graphs of several ways in and out, on Beam's Prism, round after round. Start-up is a
 * job's first message; what is measured after it begins when the others are published. Dataflow's own read is on Prism the same Python
 * stand-in in every graph: its CPU is in all of them. MESSAGES, ROUNDS.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { type Cpu, CpuOf } from "./graph/cpu";
import type { Methods } from "../../pipeline/composites/methods";
import { findPython } from "../../pipeline/runners/python";
import { loadTableSchema } from "../../schemas/load";
import { compose } from "../rehearsal/messages";
import { type Side, side } from "../rehearsal/places";
import { prepare } from "../rehearsal/prepare";
import { Pubsub } from "../rehearsal/pubsub";
import { Replay } from "../rehearsal/runners";
import { type StandIns, startStandIns } from "../rehearsal/stand-ins";
import { stage } from "../rehearsal/submission";
import { Tables } from "../rehearsal/tables";

const { OUT = "build/bench-graph" } = process.env;
const MESSAGES = Number(process.env.MESSAGES ?? 20_000);
const ROUNDS = Number(process.env.ROUNDS || 3);
const SCHEMA = "schemas/cc_account_info.json";
const PATIENCE_MS = 120_000;

const WAYS: readonly Methods[] = [
  { read: "python", write: "streaming_inserts" },
  { read: "native", write: "native" },
  // Where `make java` was run.
  ...(existsSync("build/java/.made-from") ? [{ read: "native", write: "storage_write_at_least_once" } as const] : []),
];
const nameOf = ({ read, write }: Methods) => `${read} + ${write}`;

interface Phase {
  readonly seconds: number;
  /** CPU seconds. */
  readonly cpu: Cpu;
}

interface Run {
  readonly way: string;
  readonly round: number;
  readonly startUp: Phase;
  readonly messages: Phase;
}

async function main(): Promise<void> {
  prepare();
  rmSync(OUT, { recursive: true, force: true });
  process.env.TMPDIR = resolve(OUT, "tmp");
  mkdirSync(process.env.TMPDIR, { recursive: true });
  // Every process of this run has it, and so has no other's.
  process.env.BENCH_NAME = randomUUID();
  const standIns = await startStandIns(findPython(), OUT);
  Object.assign(process.env, standIns.env);
  const [pubsub, tables] = [new Pubsub(), new Tables()];
  await Promise.all([pubsub.createTopic(), tables.createDataset()]);
  const runs: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [number, way] of WAYS.entries()) {
      const run = await measured(way, side(`bench_${number}_${round}`), round, standIns, pubsub, tables);
      runs.push(run);
      process.stderr.write(`${JSON.stringify(run)}\n`);
    }
  }
  await pubsub.close();
  await standIns.stop();
  report(runs);
}

async function measured(
  way: Methods,
  at: Side,
  round: number,
  standIns: StandIns,
  pubsub: Pubsub,
  tables: Tables,
): Promise<Run> {
  const schema = loadTableSchema(SCHEMA);
  const logs = join(OUT, at.table);
  mkdirSync(logs, { recursive: true });
  const staged = await stage(SCHEMA, way, logs, at);
  await tables.createTable(at, schema);
  await pubsub.createSide(at);
  const [first, ...others] = [...compose(schema, { messages: MESSAGES + 1, invalid: 0.02, seed: 1 })];
  const cpu = new CpuOf(process.env.BENCH_NAME!);

  let letters = 0;
  const untilThere = async (expected: number, replay: Replay): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      letters += (await pubsub.takeDeadLetters(at)).length;
      if ((await tables.count(at)) + letters >= expected) return;
      if (replay.hasEnded || performance.now() > end)
        throw new Error(`${nameOf(way)} did not get through: see ${logs}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const phase = async (work: () => Promise<void>): Promise<Phase> => {
    const [start, before] = [performance.now(), cpu.now()];
    await work();
    return { seconds: (performance.now() - start) / 1000, cpu: cpu.since(before) };
  };

  let replay!: Replay;
  const startUp = await phase(async () => {
    await pubsub.publish([first!]);
    replay = Replay.start(staged, standIns, join(logs, "job.log"));
    await untilThere(1, replay);
  });
  const messages = await phase(async () => {
    await pubsub.publish(others);
    await untilThere(MESSAGES + 1, replay);
  });
  await replay.cancel();
  return { way: nameOf(way), round, startUp, messages };
}

function report(runs: readonly Run[]): void {
  process.stdout.write(`\ngraphs on Prism, ${MESSAGES} messages (min / median / max of ${ROUNDS} rounds)\n`);
  for (const way of new Set(runs.map((run) => run.way))) {
    const of = runs.filter((run) => run.way === way);
    const line = (name: string, values: readonly number[]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const shown = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!].map((one) => one.toFixed(1));
      process.stdout.write(`    ${name.padEnd(38)} ${shown.join(" / ")}\n`);
    };
    process.stdout.write(`  ${way}\n`);
    for (const [name, part] of [
      ["start-up", "startUp"],
      ["messages", "messages"],
    ] as const) {
      line(
        `${name}, s`,
        of.map((run) => run[part].seconds),
      );
      for (const who of ["typescript", "python", "java", "prism"] as const) {
        if (of.some((run) => run[part].cpu[who] > 0))
          line(
            `${name}, CPU s of ${who}`,
            of.map((run) => run[part].cpu[who]),
          );
      }
    }
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem(), node: process.version };
  const result = { messages: MESSAGES, at: new Date().toISOString(), machine, runs };
  writeFileSync(join(OUT, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
