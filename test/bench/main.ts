/** `make bench`: every figure is a ratio to something that ran in the same rounds. BENCH=backlog,generate chooses some. */
import { Backlog, pipeline, plainNode } from "./backlog";
import { interleave, report } from "./harness";
import { startPubsubEmulator } from "../support/emulators/pubsub";

const ROUNDS = Number(process.env.ROUNDS ?? 5);

const benches: Record<string, () => Promise<void>> = {
  async backlog() {
    const emulator = await startPubsubEmulator();
    process.env.PUBSUB_EMULATOR_HOST = emulator.host;
    const backlog = new Backlog();
    const count = Number(process.env.COUNT ?? 100_000);
    const contestants = {
      "plain Node (u1)": backlog.contestant(count, plainNode),
      "the pipeline, into DuckDB": backlog.contestant(count, pipeline),
    };
    report(
      "backlog to rows",
      "messages",
      await interleave(contestants, { rounds: ROUNDS, reference: "plain Node (u1)" }),
    );
    await backlog.close();
    await emulator.stop();
  },
};

async function main(): Promise<void> {
  const chosen = process.env.BENCH?.split(",") ?? Object.keys(benches);
  for (const name of chosen) await benches[name]!();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
