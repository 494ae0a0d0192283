/** A comparison for the eyes of a person: in lines, each of which says so where nothing of it is about Google Cloud. */
import { TITLES, VARIANTS } from "./variants";
import { rangeAsText, type Summary } from "./summary";
import { intervalAsText } from "./verdict";

/** Before every line and in every file that stand-ins make. */
export const STAND_IN_MARK = "STAND-INS, NOT GOOGLE CLOUD";

/** Prints whole lines. */
export function lines(print: (text: string) => void, standIn: string | null): (text: string) => void {
  const mark = standIn === null ? "" : `[${STAND_IN_MARK}] `;
  return (text) => print(`${text.replaceAll(/^/gm, mark).replaceAll(/ +$/gm, "")}\n`);
}

export function summaryAsText({
  setting,
  rounds,
  torn,
  measures,
  conclusion,
  lost,
  duplicates,
  published,
}: Summary): string {
  const width = Math.max(...measures.map(({ title }) => title.length));
  const columns = VARIANTS.map((variant) => TITLES[variant].padEnd(26)).join("");
  return [
    `${rounds} rounds in ${setting.zone}, ${setting.workers} × ${setting.machineType}: the median, and the least and most of the rounds`,
    `  ${"".padEnd(width)}  ${columns}`,
    ...measures.map(
      ({ title, unit, variants }) =>
        `  ${title.padEnd(width)}  ${VARIANTS.map((one) => rangeAsText(variants[one], unit).padEnd(26)).join("")}`,
    ),
    `  ${published} messages, ${lost} without a row, ${duplicates} rows twice${torn === 0 ? "" : `; ${torn} measurements of torn rounds left out`}`,
    "",
    ...conclusion,
  ].join("\n");
}

/** The same as Markdown. */
export function summaryAsMarkdown(summary: Summary): string {
  const { standIn, setting, startedAt, endedAt, rounds, measures, conclusion, verdicts, level, together, detect } =
    summary;
  const notice = standIn === null ? [] : [`**${STAND_IN_MARK}: ${standIn}.**`, ""];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const mark = standIn === null ? "" : ` (${STAND_IN_MARK.toLowerCase()})`;
  return `${[
    `# Is encryption slow?${mark}`,
    "",
    ...notice,
    `Deployment ${setting.deployment} in project ${setting.project}, ${setting.zone}, ${setting.workers} × ${setting.machineType}; ${rounds} rounds, ${startedAt} to ${endedAt ?? "never"}.`,
    "",
    ...conclusion.map((sentence) => `- ${sentence}`),
    "",
    row([`the rounds' median (least to most)${mark}`, ...VARIANTS.map((one) => TITLES[one])]),
    row(["---", ...VARIANTS.map(() => "---")]),
    ...measures.map(({ title, unit, variants }) =>
      row([title, ...VARIANTS.map((one) => rangeAsText(variants[one], unit))]),
    ),
    "",
    row([
      `how much longer a message takes than under Google's own key${mark}`,
      "mean",
      "interval",
      "can be found",
      "rounds",
    ]),
    row(["---", "---", "---", "---", "---"]),
    ...verdicts.map(({ variant, measure, slower, detectable, rounds: count }) =>
      row([
        `${TITLES[variant]}, ${measures.find(({ name }) => name === measure)!.title}`,
        slower === undefined ? "–" : percent(slower.mean),
        slower === undefined ? "–" : intervalAsText(slower),
        detectable === undefined ? "–" : percent(detectable),
        String(count),
      ]),
    ),
    "",
    `Each interval is of ${(level * 100).toFixed(2)} %, so that all hold together with ${together * 100} %; ${detect} % was to be found. docs/encryption-cost.md says what this cannot tell.`,
  ].join("\n")}\n`;
}

/** Short where it is beyond all sense. */
export const percent = (value: number): string =>
  Math.abs(value) >= 1000
    ? `${value > 0 ? "over 1000" : "below −1000"} %`
    : `${value.toFixed(1).replace(/^-0\.0$/, "0.0")} %`;
