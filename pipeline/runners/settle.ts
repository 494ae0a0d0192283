import type { Clock } from "./clock";
import { persist, type Persistence } from "./persist";
import type { Delivery, DeadLetterWriter, MessageRow, RowWriter } from "../endpoints/endpoint";
import type { Ledger } from "../ledger";
import type { Log } from "../log";
import { type DeadLetter, toDeadLetter } from "../../transforms/dead-letter";

export interface SettleParts {
  readonly rows: RowWriter;
  readonly deadLetters: DeadLetterWriter;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  /** The schema's name, for the dead letters of rows that the table refuses. */
  readonly schema: string;
  readonly schemaVersion?: string;
}

/** Messages that are written together, and what the graph has made of them. */
export class Batch {
  readonly deliveries: Delivery[] = [];
  readonly rows: MessageRow[] = [];
  readonly letters: DeadLetter[] = [];
  messages = 0;
  bytes = 0;

  add(delivery: Delivery): void {
    this.deliveries.push(delivery);
    this.messages += delivery.messages.length;
    for (const message of delivery.messages) this.bytes += message.data.length;
  }
}

/**
 * Writes a batch: its rows, then its dead letters, those of rows that the table refused too, which `sendRound` sends through the graph and
 * hands back. Answers the name of the endpoint that could not be written to before the run was stopped.
 */
export async function settle(
  batch: Batch,
  parts: SettleParts,
  persistence: Persistence,
  sendRound: (letter: DeadLetter) => DeadLetter[],
): Promise<string | undefined> {
  const refused = batch.rows.length > 0 ? await writeRows(batch.rows, parts, persistence, sendRound) : [];
  if (refused === undefined) return parts.rows.name;
  const letters = batch.letters.concat(refused);
  if (letters.length > 0 && !(await writeDeadLetters(letters, parts, persistence))) return parts.deadLetters.name;
  return undefined;
}

/** Answers the dead letters of refused rows; undefined where the run was stopped before the rows were written. */
async function writeRows(
  rows: readonly MessageRow[],
  { rows: writer, ledger, schema, schemaVersion }: SettleParts,
  persistence: Persistence,
  sendRound: (letter: DeadLetter) => DeadLetter[],
): Promise<DeadLetter[] | undefined> {
  const result = await persist(writer.name, () => writer.write(rows), persistence);
  if (result === undefined) return undefined;
  const refused = new Map(result.kind === "refused" ? result.refused.map((one) => [one.index, one.refusal]) : []);
  const written = refused.size === 0 ? rows : rows.filter((_, index) => !refused.has(index));
  ledger.wroteRows(written, result.alreadyThere, writer.keyed);
  return [...refused].flatMap(([index, refusal]) =>
    sendRound(toDeadLetter(rows[index]!.message, refusal, "writeRows", schema, schemaVersion)),
  );
}

async function writeDeadLetters(
  letters: readonly DeadLetter[],
  { deadLetters: writer, ledger }: SettleParts,
  persistence: Persistence,
): Promise<boolean> {
  const result = await persist(writer.name, () => writer.write(letters), persistence);
  if (result === undefined) return false;
  ledger.wroteDeadLetters(letters, result.alreadyThere, writer.keyed);
  return true;
}
