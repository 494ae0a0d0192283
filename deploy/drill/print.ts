/** A drill for the eyes of a person. */
import type { Summary } from "./summary";

/** What happened, and how many seconds after the drill began. */
export interface Event {
  readonly at: number;
  readonly what: string;
}

/** `   12.3 s  the key is taken` */
export const eventAsLine = ({ at, what }: Event): string => `${at.toFixed(1).padStart(7)} s  ${what}\n`;

export const headline = (standIn: string | undefined): string =>
  standIn === undefined ? "DRILL" : `DRILL, A REHEARSAL ON STAND-INS: ${standIn}`;

export function summaryAsText(summary: Summary): string {
  const { published, notPublished, rows, deadLetters, lost, duplicates, passed, failures } = summary;
  const consumers = Object.keys(summary.secondsUntilRefused);
  const seconds = (value: number | null | undefined) => (value == null ? "never" : `${value.toFixed(1)} s`).padStart(9);
  const table = consumers.map((consumer) => {
    const [refused, working] = [summary.secondsUntilRefused[consumer], summary.secondsUntilWorking[consumer]];
    return `  ${consumer.padEnd(10)}${seconds(refused)}${seconds(working)}  ${summary.refusedWith[consumer] ?? ""}`;
  });
  const count = (value: number | null) => (value === null ? "not known" : value.toLocaleString("en"));
  return `${[
    headline(summary.standIn ?? undefined),
    "",
    `  ${"consumer".padEnd(10)}${"refused".padStart(9)}${"working".padStart(9)}  error`,
    ...table,
    `  from the decision to the first command that takes: ${seconds(summary.secondsUntilTaken).trim()}`,
    `  from the decision to the last access: ${summary.secondsUntilLastAccess === null ? "nothing worked any more" : `${summary.secondsUntilLastAccess} s`}`,
    "",
    `  published    ${count(published)}${notPublished > 0 ? `   (${count(notPublished)} more were refused, and never published)` : ""}`,
    `  rows         ${count(rows)}`,
    `  dead letters ${count(deadLetters)}`,
    `  lost         ${count(lost)}`,
    `  duplicates   ${count(duplicates)}`,
    "",
    passed ? "PASSED" : `NOT PASSED: ${failures.join("; ")}`,
  ].join("\n")}\n`;
}
