/** The command that writes the files once more. */
import type { Given, World } from "../command-line";
import { asking, pause } from "../observe/ask";
import { reportOptionsOf } from "./asked";
import { finish } from "./finish";
import { readComparison, resumed } from "./record";
import { lines } from "./said";
import { CompareError } from "./safety";

/** The files once more, of the rounds on record: with the cost, once the export has it. */
export async function reportCommand(given: Given, { run, wait = pause, print }: World): Promise<number> {
  const { folder, detect, table } = reportOptionsOf(given);
  const found = readComparison(folder);
  if (found === undefined)
    throw new CompareError("NO_RECORD", `no rounds are on record in ${folder}: compare-keys measures some`);
  const comparison = resumed(found, found.setting, Date.now());
  const tell = lines(print, found.setting.standIn);
  if (found.setting.standIn !== null && table.billingTable !== undefined)
    throw new CompareError("SETTING", "these rounds ran on stand-ins, which cost nothing: leave --billing-table out");
  await finish(comparison, { folder, detect, ...table, ask: asking(run, wait), tell });
  return 0;
}
