/** Messages, rows and dead letters for the tests of the endpoints. Nobody's data. */
import type { MessageRow } from "../../../pipeline/endpoints/endpoint";
import { loadTableSchema } from "../../../schemas/load";
import type { Row, TableSchema } from "../../../schemas/schema";
import { type DeadLetter, toDeadLetter } from "../../../transforms/dead-letter";
import type { Message } from "../../../transforms/message";
import { Refusal } from "../../../transforms/refusal";

export const BANK = loadTableSchema("schemas/cc_account_info.json");
export const EVERY_TYPE = loadTableSchema("test/schemas/every_type.json");

export function message(messageId: string, data: Uint8Array = Buffer.from("{}"), orderingKey = ""): Message {
  return { data, attributes: { origin: "test" }, messageId, publishTime: "2024-02-29T12:00:00Z", orderingKey };
}

/** A row of which every column but these is null. */
export function rowOf(schema: TableSchema, values: Row): Row {
  return Object.fromEntries(
    schema.columns.map(({ name, mode }) => [name, values[name] ?? (mode === "REPEATED" ? [] : null)]),
  );
}

export function bankRow(
  messageId: string,
  values: Row = { name: "Ada", credit_card: 4539578763621486123n },
): MessageRow {
  return { message: message(messageId), row: rowOf(BANK, values) };
}

export function deadLetter(messageId: string, data?: Uint8Array, orderingKey?: string): DeadLetter {
  return toDeadLetter(
    message(messageId, data, orderingKey),
    new Refusal("wrong_type", "name"),
    "parseRow",
    "cc_account_info",
  );
}
