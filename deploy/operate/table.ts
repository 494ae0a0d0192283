/** What the table itself knows of message ids: DuckDB always, BigQuery where rows carry their message's own columns (`--write_metadata`). */
import { existsSync } from "node:fs";
import { LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { openDuckDb } from "../files/duckdb";
import type { TableKey } from "../files/table-key";
import { TableKeyError } from "../files/table-key-error";
import { quoted } from "../../schemas/duckdb";
import type { Deployment } from "../deployment";
import type { Ask } from "../observe/ask";
import { bq } from "../resources/command";
import { OperateError } from "./trouble";

export interface Table {
  readonly name: string;
  /** Which of these message ids have a row: by their own id, or as the source of a replay. Undefined where the table cannot tell. */
  holds(ids: readonly string[]): Promise<ReadonlySet<string> | undefined>;
  /** All rows, and all ids where they are kept. */
  counts(): Promise<{ readonly rows: number; readonly ids?: number }>;
}

/** As many ids as a command line takes with ease. */
const A_QUERY = 1000;
const MESSAGE_ID = /^[\w:/.-]{1,200}$/;

export function bigQueryTable({ table: { project, dataset, table } }: Pick<Deployment, "table">, ask: Ask): Table {
  const name = `${project}:${dataset}.${table}`;
  const from = `\`${project}.${dataset}.${table}\``;

  async function asked(command: Parameters<Ask>[0]): Promise<unknown> {
    const found = await ask(command);
    if ("answer" in found) return found.answer;
    throw new OperateError("TABLE_NOT_ASKED", `${name} cannot be asked: ${found.trouble.said}`);
  }
  const query = (sql: string, parameters: readonly string[] = []) =>
    asked(queryOf(project, sql, parameters)) as Promise<readonly Readonly<Record<string, string>>[]>;

  return {
    name,
    async holds(ids) {
      const shown = (await asked(bq({ project_id: project, format: "json" }, "show", {}, name))) as Shown;
      const has = (column: string, type: string) =>
        shown.schema?.fields?.some((field) => field.name === column && field.type === type);
      if (!has("message_id", "STRING")) return undefined;
      const source = "json_value(attributes, '$.source_message_id')";
      const replays = has("attributes", "JSON")
        ? ` union distinct select ${source} from ${from} where ${source} in unnest(@ids)`
        : "";
      const found = new Set<string>();
      const askable = ids.filter((id) => MESSAGE_ID.test(id));
      for (let at = 0; at < askable.length; at += A_QUERY) {
        const part = JSON.stringify(askable.slice(at, at + A_QUERY));
        const sql = `select message_id as id from ${from} where message_id in unnest(@ids)${replays}`;
        for (const { id } of await query(sql, [`ids:ARRAY<STRING>:${part}`])) found.add(id!);
      }
      return found;
    },
    async counts() {
      const [row] = await query(`select count(*) as n from ${from}`);
      return { rows: Number(row?.n) };
    },
  };
}

/** One query, its answer as JSON. `parameters`: NAME:TYPE:VALUE. */
export const queryOf = (project: string, sql: string, parameters: readonly string[] = []) =>
  bq(
    { project_id: project, format: "json", quiet: true },
    "query",
    { use_legacy_sql: "false", max_rows: String(2 * A_QUERY) },
    ...parameters.map((one) => `--parameter=${one}`),
    sql,
  );

interface Shown {
  readonly schema?: { readonly fields?: readonly { readonly name: string; readonly type: string }[] };
}

/** `table`: the schema's name. While a pipeline writes to the file nobody else may open it. */
export function duckDbTable(path: string, table: string, key?: TableKey): Table {
  const ids = quoted(`_${table}_message_ids`);

  async function read(sql: string, values: readonly string[][] = []): Promise<unknown[][]> {
    if (!existsSync(path)) throw new OperateError("TABLE_NOT_ASKED", `${path} is not there: name the pipeline's file`);
    try {
      const { instance, connection } = await openDuckDb(path, { readOnly: true, key });
      try {
        const types = values.map(() => LIST(VARCHAR));
        const found = await connection.runAndReadAll(
          sql,
          values.map((list) => listValue(list)),
          types,
        );
        return found.getRows();
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    } catch (error) {
      if (error instanceof TableKeyError) throw new OperateError("TABLE_NOT_ASKED", error.message);
      const why = /lock/i.test((error as Error).message)
        ? "a pipeline has it open: stop it first"
        : `no table ${table}`;
      throw new OperateError("TABLE_NOT_ASKED", `${path} cannot be asked: ${why}`);
    }
  }

  return {
    name: `duckdb ${path}`,
    async holds(wanted) {
      const sql = `SELECT DISTINCT message_id FROM ${ids} WHERE message_id IN (SELECT unnest($1))`;
      return new Set((await read(sql, [[...wanted]])).map(([id]) => String(id)));
    },
    async counts() {
      const [row] = await read(`SELECT (SELECT count(*) FROM ${quoted(table)}), (SELECT count(*) FROM ${ids})`);
      return { rows: Number(row![0]), ids: Number(row![1]) };
    },
  };
}
