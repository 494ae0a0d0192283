/** What a replay would do, and what it did, in words. Ids, reasons and columns; never a value. */
import { Refusal } from "../../transforms/refusal";
import { tableAsText } from "./list";
import type { Hindrance, Replayed, Step } from "./replay";

const MENDS: Readonly<Record<Exclude<Hindrance, Refusal>, string>> = {
  replayed_already: "it was published before: not published again",
  unclear: "nobody knows whether its last replay arrived: look for its row, then --unclear-was published|lost",
  other_message: "the journal has its id of another message: give this deployment a --journal of its own",
  row_is_there: "the table has its row: it would be written twice",
  ambiguous_id: "two letters of this id have other contents: publish them by hand",
  not_a_dead_letter: "something else was published there",
};

const SHOWN = 20;

export function stepsAsText(
  steps: readonly Step[],
  to: string,
  { more, leftOut }: { readonly more: boolean; readonly leftOut: number },
): string {
  const rows = steps
    .slice(0, SHOWN)
    .map((step) => [step.letter.id, step.letter.reason, step.letter.column || "-", fate(step)]);
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  const head = `${steps.length} selected, to ${to}: ${count("publish")} to publish, ${count("refuse")} refused, ${count("settle")} only to acknowledge\n`;
  const notes = [
    ...(steps.length > SHOWN ? [`… and ${steps.length - SHOWN} more`] : []),
    ...(more ? ["more wait than were looked at: --most N"] : []),
    ...(leftOut > 0 ? [`${leftOut} had more attributes than a dead letter keeps: these come without them`] : []),
  ];
  const table =
    rows.length === 0 ? "" : `\n${tableAsText([["message id", "reason", "column", "what becomes of it"], ...rows])}`;
  return `${head}${table}${notes.map((note) => `${note}\n`).join("")}`;
}

function fate(step: Step): string {
  if (step.kind === "publish") return step.message.isMended ? "published, mended" : "published as it was";
  if (step.why instanceof Refusal)
    return `refused: still ${step.why.reason}${step.why.column && ` ${step.why.column}`}`;
  if (step.why === "copy") return "a copy: acknowledged with the first";
  return `refused: ${step.why}: ${MENDS[step.why]}`;
}

export function replayedAsText({ published, settled, unsettled, trouble }: Replayed): string {
  const lines = [`${published.size} published, ${settled} dead letters acknowledged`];
  if (unsettled > 0)
    lines.push(`${unsettled} acknowledgements did not get through: replay again, nothing is published twice`);
  if (trouble?.kind === "failed") lines.push(`stopped: ${trouble.text}. The rest is where it was`);
  if (trouble?.kind === "unclear")
    lines.push(`stopped: ${trouble.text}. Whether the last ones arrived is unclear: the journal has their ids`);
  return lines.map((line) => `${line}\n`).join("");
}
