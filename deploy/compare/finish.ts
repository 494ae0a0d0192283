/** What comes of the rounds: the cost where it is asked for, the files, and what is said of them. */
import type { Ask } from "../observe/ask";
import { askCost } from "./cost";
import { writeComparisonFiles } from "./files";
import type { Comparison } from "./record";
import { summaryAsText } from "./said";
import { type Summary, summaryOf } from "./summary";
import { nameOfVariant, VARIANTS } from "./variants";

export interface Finishing {
  readonly folder: string;
  /** The difference that is to be found, in percent. */
  readonly detect: number;
  /** project.dataset.table; undefined where cost is not asked for. */
  readonly billingTable?: string;
  readonly ask: Ask;
  readonly tell: (text: string) => void;
}

export async function finish(
  comparison: Comparison,
  { folder, detect, billingTable, ask, tell }: Finishing,
): Promise<Summary> {
  const { setting, startedAt, measured, torn } = comparison;
  // Torn rounds were paid for, too.
  const all = [...measured, ...torn];
  const cost = await askCost(
    billingTable === undefined
      ? undefined
      : {
          ...{ project: setting.project, table: billingTable, from: startedAt },
          to:
            all
              .map(({ endedAt }) => endedAt)
              .sort()
              .at(-1) ?? startedAt,
          of: VARIANTS.map((variant) => ({
            variant,
            deployment: nameOfVariant(setting.deployment, variant),
            messages: all
              .filter((one) => one.variant === variant)
              .reduce((sum, { backlog, steady }) => sum + backlog.published + steady.published, 0),
          })),
        },
    ask,
  );
  const summary = summaryOf(comparison, { detect, cost });
  const files = writeComparisonFiles(folder, summary);
  tell(`\n${summaryAsText(summary)}\n\n${files.join(", ")} have the same`);
  return summary;
}
