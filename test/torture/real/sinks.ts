/** The tables and dead letters of one run: made, and read when it is over. */
import { existsSync, readFileSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { StandIns } from "./stand-ins";
import { DATASET } from "./stand-ins";
import { duckDbDdl } from "../../../schemas/duckdb";
import { loadTableSchema } from "../../../schemas/load";
import { withMetadata } from "../../../schemas/schema";
import type { Found } from "../check";
import { REFUSED, rowHash } from "../messages";

export const SCHEMA = "schemas/cc_account_info.json";
const TABLE = "cc_account_info";
const SCHEMA_WITH_METADATA = withMetadata(loadTableSchema(SCHEMA));

async function withDuckDb<T>(
  path: string,
  mode: "READ_ONLY" | "READ_WRITE",
  work: (connection: DuckDBConnection) => Promise<T>,
) {
  const instance = await DuckDBInstance.create(path, { access_mode: mode, threads: "1" });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** With a check of its own, which the pipeline knows nothing of: rows that it refuses for what they contain. */
export async function makeDuckDb(path: string): Promise<void> {
  const [create = "", ...others] = duckDbDdl(SCHEMA_WITH_METADATA, TABLE);
  const checked = create.replace(/\)$/, `, CHECK (company IS NULL OR company <> '${REFUSED}'))`);
  await withDuckDb(path, "READ_WRITE", async (connection) => {
    for (const statement of [checked, ...others]) await connection.run(statement);
  });
}

const COLUMNS = `name, city, company, CAST(credit_card AS STRING) AS credit_card, CAST(date_record_created AS STRING) AS date_record_created,
  emp_id, message_id`;

export async function readDuckDb(path: string): Promise<Found["rows"]> {
  return await withDuckDb(path, "READ_ONLY", async (connection) => {
    const sql = `SELECT ${COLUMNS}, CAST(attributes AS STRING) AS attributes FROM ${TABLE}`;
    return (await connection.runAndReadAll(sql)).getRowObjects().map(asFound);
  });
}

export async function makeBigQuery({ bigquery }: StandIns, table: string): Promise<void> {
  const fields = SCHEMA_WITH_METADATA.columns.map(({ name, type, mode }) => ({ name, type, mode }));
  const make = () => bigquery.client.dataset(DATASET).createTable(table, { schema: { fields } });
  // The emulator ends connections that are kept: what was on one is asked again.
  await make()
    .catch(make)
    .catch((error: { code?: number }) => {
      if (error.code !== 409) throw error;
    });
}

export async function readBigQuery({ bigquery }: StandIns, table: string): Promise<Found["rows"]> {
  const query = `SELECT ${COLUMNS}, TO_JSON_STRING(attributes) AS attributes FROM ${DATASET}.${table}`;
  const [rows] = await bigquery.client.query({ query });
  return (rows as Record<string, unknown>[]).map(asFound);
}

/** Both write a DATETIME in their own way. */
function asFound(row: Readonly<Record<string, unknown>>): Found["rows"][number] {
  const at = row.date_record_created;
  const date_record_created = typeof at === "string" ? at.replace(" ", "T") : at;
  const attributes = JSON.parse(String(row.attributes)) as unknown;
  return { id: String(row.message_id), hash: rowHash({ ...row, date_record_created, attributes }) };
}

type Letter = Found["letters"][number];

/** Of dead letter files, one after the other; what is not there has none. */
export function readLetterFiles(paths: readonly string[]): Letter[] {
  return paths.filter(existsSync).flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { data, attributes } = JSON.parse(line) as { data: string; attributes: Record<string, string> };
        return letterOf(Buffer.from(data, "base64"), attributes);
      }),
  );
}

/** All that waits in a subscription of the dead letter topic. */
export async function takeLetters({ subscriber }: StandIns, subscription: string): Promise<Letter[]> {
  const taken: Letter[] = [];
  for (;;) {
    const request = { subscription, maxMessages: 1000, returnImmediately: true };
    const [{ receivedMessages }] = await subscriber.pull(request);
    if (!receivedMessages?.length) return taken;
    await subscriber.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId!) });
    for (const { message } of receivedMessages)
      taken.push(letterOf(message!.data as Buffer, message!.attributes as Record<string, string>));
  }
}

const letterOf = (data: Uint8Array, { source_message_id = "", error_reason = "" }: Record<string, string>): Letter => ({
  ...{ id: source_message_id, data, reason: error_reason },
});
