/**
 * `make bench`: every figure is a ratio to something that ran in the same, interleaved rounds.
 * BENCH=parse,backlog chooses some; ROUNDS and COUNT change how often and how much.
 */
import { Backlog, cpuOf, peakMemory, pipeline, plainNode, toNowhere } from "./backlog";
import { contestants as generators } from "./generate";
import { type Contestant, interleave, report } from "./harness";
import { contestants as parsers } from "./parse";
import { hasJava, javaBeam } from "./peers/java";
import { hasPython, pythonBeam, pythonFaker } from "./peers/python";
import { publishContestants } from "./publish";
import { tableContestants } from "./tables";
import { startBigQueryEmulator } from "../support/emulators/bigquery";
import { startPubsubEmulator } from "../support/emulators/pubsub";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const COUNT = Number(process.env.COUNT ?? 100_000);
/** Python's and Java's DirectRunner take minutes for what others do in seconds; Java needs some to be warm. */
const PYTHON_COUNT = 5000;
const JAVA_COUNT = 20_000;
const NO_PEERS = "  (Python and Java peers are not installed: make bench-peers)\n";

const benches: Record<string, () => Promise<void>> = {
  async parse() {
    report("parse", "messages", await interleave(parsers, { rounds: ROUNDS, reference: "JSON.parse" }));
  },

  async generate() {
    const faker: Record<string, Contestant> = hasPython()
      ? { "Python Faker en_GB": () => ({ perSecond: pythonFaker(3000) }) }
      : {};
    if (!hasPython()) process.stdout.write(NO_PEERS);
    const all = { ...faker, ...generators };
    report("generate", "records", await interleave(all, { rounds: ROUNDS, reference: Object.keys(all)[0]! }));
  },

  async publish() {
    await withPubsub(async (host) => {
      const { contestants, close } = await publishContestants(host);
      report(
        "publish",
        "messages",
        await interleave(contestants, { rounds: ROUNDS, reference: "one raw call in flight" }),
      );
      await close();
    });
  },

  async tables() {
    const emulator = await startBigQueryEmulator();
    const groups = await tableContestants(emulator.host);
    for (const [name, { contestants, reference }] of Object.entries(groups)) {
      report(name, "rows", await interleave(contestants, { rounds: ROUNDS, reference }));
    }
    await emulator.stop();
  },

  async backlog() {
    await withPubsub(async () => {
      const backlog = new Backlog();
      const contestants = {
        "plain Node (u1)": backlog.contestant(COUNT, plainNode),
        "the pipeline, exact rows to nowhere": backlog.contestant(COUNT, toNowhere),
        "the pipeline, exact rows into DuckDB": backlog.contestant(COUNT, pipeline),
        ...(hasPython() && { "Python Beam DirectRunner": backlog.contestant(PYTHON_COUNT, pythonBeam) }),
        ...(hasJava() && { "Java Beam DirectRunner": backlog.contestant(JAVA_COUNT, javaBeam) }),
      };
      if (!hasPython()) process.stdout.write(NO_PEERS);
      report(
        "backlog to rows",
        "messages",
        await interleave(contestants, { rounds: ROUNDS, reference: "plain Node (u1)" }),
      );
      await backlog.close();
    });
  },

  async growth() {
    await withPubsub(async () => {
      const backlog = new Backlog();
      const few = 20_000;
      const many = 1_000_000;
      const contestants = {
        "of 20,000 waiting": async () => ({ perSecond: few / (await backlog.of(few, cpuOf(few))) }),
        "of 1,000,000 waiting": async () => ({ perSecond: few / (await backlog.of(many, cpuOf(few))) }),
      };
      const results = await interleave(contestants, {
        rounds: Math.min(ROUNDS, 3),
        reference: "of 20,000 waiting",
        warmUp: 0,
      });
      report("20,000 messages, by the pipeline's own processor time", "messages", results);
      const peak = await backlog.of(many, peakMemory);
      process.stdout.write(`  peak memory of a run over 1,000,000 messages: ${Math.round(peak / 1e6)} MB\n`);
      await backlog.close();
    });
  },
};

async function withPubsub(work: (host: string) => Promise<void>): Promise<void> {
  const emulator = await startPubsubEmulator();
  process.env.PUBSUB_EMULATOR_HOST = emulator.host;
  await work(emulator.host).finally(() => emulator.stop());
}

async function main(): Promise<void> {
  for (const name of process.env.BENCH?.split(",") ?? Object.keys(benches)) await benches[name]!();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
