/** A schema plan on a screen. Names and types of columns; no value of a message. */
import type { Fate } from "../../schemas/evolution/matrix";
import { FORMS } from "../../schemas/evolution/matrix";
import type { Part } from "../../schemas/evolution/order";
import type { PlannedChange, SchemaPlan } from "../../schemas/evolution/plan";
import type { Replay } from "../../schemas/evolution/replays";
import { tableAsText } from "../operate/list";
import { shown } from "../resources/command";
import type { Steps } from "./roll-out";

export function planAsText(plan: SchemaPlan, steps: readonly Steps[], hints: readonly string[]): string {
  const { fromVersion, toVersion, changes, verdict } = plan;
  const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
  if (verdict === undefined) return `schema version ${fromVersion}: nothing is different\n`;
  return [
    `schema version ${fromVersion} to ${toVersion}: ${count}, ${MEANS[verdict]}`,
    ...changes.map(changeAsText),
    ...steps.map((step, at) => stepsAsText(step, at, steps.length, plan)),
    ...(hints.length > 0 ? [hints.join("\n")] : []),
    "",
  ].join("\n\n");
}

const MEANS = {
  safe: "safe while the pipeline runs, in this order",
  care: "with care: some messages are held or become dead letters on the way, or values are rounded",
  refused: "and BigQuery refuses some of it",
} as const;

function changeAsText(change: PlannedChange, at: number): string {
  const { kind, path, from, to, way } = change;
  const forms = [from, to].filter((form) => form !== undefined).join(" to ");
  const how = {
    alter: () => (way as { sql: string }).sql,
    update: () => "by bq update, with the whole schema",
    stays: () => "the table stays as it is: the pipeline alone holds to it",
    refused: () => `refused: ${(way as { why: string }).why}`,
  }[way.kind]();
  return `${at + 1}. ${kind} ${path}: ${forms}\n   ${how}\n${indented(fatesAsText(change))}`;
}

function fatesAsText({ fates }: PlannedChange): string {
  const rows = FORMS.flatMap((table) =>
    FORMS.map((pipeline) => [
      table,
      pipeline,
      ...FORMS.map((message) => {
        const found = fates.find((one) => one.table === table && one.pipeline === pipeline && one.message === message)!;
        return fateAsText(found.fate);
      }),
    ]),
  );
  return tableAsText([["table", "pipeline", "old message", "new message"], ...rows]);
}

function fateAsText(fate: Fate): string {
  if (fate.kind === "held") return `held: ${fate.columns.join(", ")}`;
  return fate.kind === "row" ? "row" : `dead letter: ${fate.reason} ${fate.column}`;
}

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, "   ");

function stepsAsText(step: Steps, at: number, of: number, plan: SchemaPlan): string {
  const title =
    of === 1
      ? "Roll out"
      : `Roll out ${at + 1} of ${of}: ${plan.rollOuts[at]!.changes.map((one) => one + 1).join(", ")}`;
  const order = step.order ?? (["pipeline", "table", "publishers"] as const);
  const lines = order.map((part, place) => `  ${place + 1}. ${PARTS[part](step, order)}`);
  const replays = plan.rollOuts[at]!.changes.flatMap((one) => plan.changes[one]!.replays);
  const why = step.order === undefined ? ", which no order does without dead letters or a hold: nothing is lost" : "";
  const after =
    replays.length === 0
      ? []
      : [
          "  Dead letters, where it was done in another order, or late:",
          ...replays.map((one) => replayAsText(one, step.schema)),
        ];
  return [`${title}${why}`, ...lines, ...after].join("\n");
}

const PARTS: Readonly<Record<Part, (step: Steps, order: readonly Part[]) => string>> = {
  table: ({ table }) => ["table", ...table.map((command) => `     ${shown(command)}`)].join("\n"),
  pipeline: ({ schema, order: given }, order) => {
    if (given === undefined)
      return `pipeline: make run-dataflow ARGS=--drain, and after the table make run-dataflow SCHEMA=${schema}`;
    const waits = order[0] === "publishers" ? ", when no message of the old form waits any more: make status" : "";
    const how = `make run-dataflow SCHEMA=${schema} ARGS=--update`;
    return `pipeline${waits}\n     ${how}     (with --bigquery_write_method storage_write_…: ARGS=--drain, then without --update)`;
  },
  publishers: () => "publishers",
};

function replayAsText({ when, reason, column, fix, byHand }: Replay, schema: string): string {
  const mends = fix.length === 0 ? "" : ` FIX_FILE=fix.json   with ${JSON.stringify(fix)}`;
  const note = byHand === undefined ? "" : `   ${byHand}`;
  return `     ${when}: make replay REASON=${reason} COLUMN='${column}' SCHEMA=${schema}${mends}${note}`;
}
