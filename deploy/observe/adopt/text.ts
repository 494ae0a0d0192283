/** What was adopted, as a deployment file. */
import { listOf, SETTINGS } from "../../deployment/settings";
import { type Adopted, openOf } from "./adopt";
import type { Choice } from "./pick";

/** Every setting that is decided, and of every other why not, as comments. */
export function adoptedAsText(adopted: Adopted): string {
  const { asked, choices, given } = adopted;
  const kinds = [...listOf(asked.settings.GIVEN), ...given.map(({ kind }) => kind)];
  const settings = choices.filter(({ setting }) => setting !== "GIVEN");
  const lines = [
    `# ${asked.project} as it was found: read it, decide what is left as a comment, and plan with it.`,
    ...settings.flatMap(linesOf),
    ...given.map(({ kind, why }) => `# ${kind}: ${why}`),
    ...(kinds.length > 0 ? [`GIVEN=${kinds.join(",")}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function linesOf(choice: Choice): readonly string[] {
  const { setting, taken, candidates, notObserved } = choice;
  const usual = `#${setting}=${(SETTINGS[setting] as { usual?: string }).usual ?? ""}`;
  const unseen = notObserved === undefined ? [] : [`# ${setting} is not observed: ${inOneLine(notObserved)}`];
  if (taken !== undefined) {
    const absent = notObserved === undefined && candidates.length > 0 && !candidates.includes(taken);
    const none = absent ? [`# ${setting}: there is no such thing; there are:`, ...candidates.map(asComment)] : [];
    return [...unseen, ...none, `${setting}=${taken}`];
  }
  if (notObserved !== undefined) return [...unseen, usual];
  if (candidates.length === 0) return [`# ${setting}: there is none; apply makes`, usual];
  const what = candidates.length === 1 ? "its name is not one that a setting takes" : "name one of these";
  return [`# ${setting}: ${what}:`, ...candidates.map(asComment), usual];
}

const asComment = (name: string) => `#   ${inOneLine(name)}`;

/** What others named may hold anything: a comment ends with its line. */
const inOneLine = (text: string) => (/^[\x20-\x7e]*$/.test(text) ? text : JSON.stringify(text));

/** What was found and what is open, in a line each. */
export function summaryOf(adopted: Adopted): string {
  const taken = adopted.choices
    .filter((one) => one.taken !== undefined)
    .map(({ setting, taken }) => `${setting}=${taken}`);
  const open = openOf(adopted).map(
    ({ setting, candidates, notObserved }) =>
      `${setting}: ${notObserved === undefined ? `one of ${candidates.map(inOneLine).join(", ")}` : `not observed: ${inOneLine(notObserved)}`}`,
  );
  const lines = (word: string, all: readonly string[]) => all.map((one) => word.padEnd(14) + one);
  const given = adopted.given.map(({ kind, why }) => `GIVEN=${kind}: ${why}`);
  return `${[...lines("adopted", taken), ...lines("open", open), ...lines("given", given)].join("\n")}\n`;
}
