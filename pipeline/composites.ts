/** The endpoints of a graph that runs on workers: Python's transforms, each in a composite, with the TypeScript side of its border. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Endpoints } from "./graph";
import { type Counter, counter, type PCollection, type Root, withName } from "./sdk/beam";
import { asRows, pythonTransform } from "./sdk/cross-language";
import { type RowSettings, tableSchema } from "./steps";
import {
  deadLetterToWire,
  messageFromWire,
  PARSED,
  RECEIVED,
  refusedFromWire,
  rowToWire,
  WIRE_DEAD_LETTER,
  WIRE_ROW,
  type WireDeadLetter,
  type WireMessage,
  type WireRefused,
  type WireRow,
} from "./wire";
import { toTableFields } from "../schemas/bigquery";
import type { DeadLetter } from "../transforms/dead-letter";
import type { MessageRow } from "../transforms/parse-row";
import { REFUSAL_REASONS } from "../transforms/refusal";

/** Google's names of where messages come from and where rows and dead letters go. */
export interface Places {
  readonly source:
    | { readonly kind: "subscription"; readonly subscription: string }
    | { readonly kind: "topic"; readonly topic: string };
  readonly table: { readonly project: string; readonly dataset: string; readonly table: string };
  readonly deadLetterTopic: string;
}

/**
 * Who reads Pub/Sub: the `service` itself, as only Dataflow does, which has a primitive for it; or a Python worker that pulls, on any
 * other runner.
 */
export type ReadBy = "service" | "pull";

/** `address`: the expansion service's. Names are the graph's interface: a running job is updated in place by them. */
export function composites(places: Places, settings: RowSettings, address: string, by: ReadBy = "service"): Endpoints {
  const { source, table, deadLetterTopic } = places;
  const python = <I extends Root | PCollection<unknown>, O>(file: string, args: Record<string, string>) =>
    withName("python", pythonTransform<I, PCollection<O>>(sourceOf(file), args, address));

  return {
    async readMessages(root: Root) {
      const from = source.kind === "topic" ? source.topic : source.subscription;
      const messages = await root.applyAsync(
        python<Root, WireMessage>("read_messages.py", { [source.kind]: from, by }),
      );
      return messages.map(withName("toMessage", messageFromWire), RECEIVED);
    },
    async writeRows(rows: PCollection<MessageRow>) {
      const args = {
        table: `${table.project}:${table.dataset}.${table.table}`,
        columns_json: JSON.stringify(toTableFields(tableSchema(settings).columns)),
      };
      const refused: PCollection<WireRefused> = await rows
        .map(withName("toWire", rowToWire), { ...settings, ...PARSED })
        .apply(withName("asRows", asRows<WireRow>(WIRE_ROW)))
        .applyAsync(python<PCollection<WireRow>, WireRefused>("write_rows.py", args));
      return refused.map(withName("toDeadLetter", refusedFromWire), settings);
    },
    async writeDeadLetters(letters: PCollection<DeadLetter>) {
      await letters
        .map(withName("toWire", deadLetterToWire), deadLetterCounters())
        .apply(withName("asRows", asRows<WireDeadLetter>(WIRE_DEAD_LETTER)))
        .applyAsync(python<PCollection<WireDeadLetter>, never>("write_dead_letters.py", { topic: deadLetterTopic }));
    },
  };
}

function deadLetterCounters(): Record<string, Counter> {
  return Object.fromEntries(REFUSAL_REASONS.map((reason) => [reason, counter(`dead_letters_${reason}`)]));
}

function sourceOf(file: string): string {
  return readFileSync(join(__dirname, "python", file), "utf8");
}
