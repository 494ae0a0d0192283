/** The tables of both sides, in the BigQuery emulator. */
import type { BigQuery } from "@google-cloud/bigquery";
import { requiredByTable } from "./messages";
import { DATASET, DIRECT, PROJECT, type Side, STAGED } from "./places";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { toTableFields } from "../../schemas/bigquery";
import { type TableSchema, withMetadata } from "../../schemas/schema";

/** A row as it stands in a table. */
export interface StoredRow {
  readonly id: string;
  /** All of its columns: the same content is the same text. */
  readonly content: string;
}

export class Tables {
  readonly #client: BigQuery = bigQueryClient(PROJECT).client;

  /** With the columns of --write_metadata, which tell rows by their message's id. */
  async create(schema: TableSchema): Promise<void> {
    await this.createDataset();
    // One after the other: the emulator does not take two at once.
    for (const side of [STAGED, DIRECT]) await this.createTable(side, schema);
  }

  async createDataset(): Promise<void> {
    await this.#client.createDataset(DATASET);
  }

  async createTable({ dataset, table }: Side, schema: TableSchema): Promise<void> {
    const required = requiredByTable(schema);
    const columns = withMetadata(schema).columns.map((column) =>
      column.name === required ? { ...column, mode: "REQUIRED" as const } : column,
    );
    await this.#client.dataset(dataset).createTable(table, { schema: { fields: toTableFields(columns) as never } });
  }

  async count({ dataset, table }: Side): Promise<number> {
    const [[row]] = await this.#client.query(`SELECT COUNT(DISTINCT message_id) AS ids FROM ${dataset}.${table}`);
    return Number(row.ids);
  }

  async rows({ dataset, table }: Side): Promise<StoredRow[]> {
    const query = `SELECT * FROM ${dataset}.${table}`;
    const [rows] = await this.#client.query({ query, wrapIntegers: true });
    return rows.map((row) => ({ id: row.message_id, content: JSON.stringify({ ...row, attributes: sorted(row) }) }));
  }
}

/** Attributes have no order. */
function sorted({ attributes }: { attributes: string }): string[][] {
  return Object.entries<string>(JSON.parse(attributes)).sort(([a], [b]) => (a < b ? -1 : 1));
}
