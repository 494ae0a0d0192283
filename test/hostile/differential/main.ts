/** `make differential`: our parser, the BigQuery emulator and Beam's Python on VALUES values. Ends with 1 where a difference is unexplained. */
import { explanationOf, type Explained } from "./explained";
import { compare, type Difference } from "./compare";
import { Judge } from "./emulator";
import { PYTHON } from "../../pipeline/python/support";
import { startBigQueryEmulator } from "../../support/emulators/bigquery";

const SHOWN = 20;
/** Of these the emulator is asked about a million: not about the types that it says nothing of use of. */
const USUAL = 1_300_000;

async function main(): Promise<void> {
  const count = Number(process.env.VALUES || USUAL);
  const seed = Number(process.env.SEED || 1);
  const emulator = process.env.EMULATOR === "no" ? undefined : await startBigQueryEmulator();
  const counts = new Map<Explained, number>();
  const unexplained: Difference[] = [];
  try {
    const judge = emulator && (await Judge.at(emulator.host));
    const { distinct, judged } = await compare({ seed, count, python: PYTHON }, judge, (difference) => {
      const why = explanationOf(difference);
      if (why === undefined) unexplained.push(difference);
      else counts.set(why, (counts.get(why) ?? 0) + difference.times);
    });
    console.log(
      `${count} values, SEED=${seed}, ${distinct} of them distinct: all beside Beam's Python, ${judged} beside the emulator`,
    );
  } finally {
    await emulator?.stop();
  }
  for (const [{ party, example }, found] of counts)
    console.log(`${String(found).padStart(8)} ${party}: such as ${example}`);
  console.log(`${String(unexplained.length).padStart(8)} unexplained`);
  for (const { party, type, literal, ours, theirs } of unexplained.slice(0, SHOWN)) {
    console.log(`${party} ${type} ${literal}: ${ours} → ${theirs}`);
  }
  if (unexplained.length > 0) process.exitCode = 1;
}

void main();
