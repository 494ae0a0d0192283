/** The BigQuery emulator as a judge of values: which it takes by `tabledata.insertAll`, and whether two that it took are the same. */
import type { BigQuery } from "@google-cloud/bigquery";
import { FIELDS, JUDGED } from "./values";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { BIGQUERY_PROJECT } from "../../support/emulators/bigquery";

/** `refused`: by its column, with a reason; `breaks`: the emulator has no answer to it. */
export type Verdict = "taken" | "refused" | "breaks";

/** JSON texts by column. */
export interface Sent {
  readonly id: number;
  readonly cells: ReadonlyMap<string, string>;
}

interface InsertError {
  readonly index: number;
  readonly errors: readonly { readonly location?: string }[];
}

const AT_ONCE = 500;

export class Judge {
  private constructor(
    private readonly client: BigQuery,
    private readonly host: string,
  ) {}

  /** `host`: an emulator without tables of these names. */
  static async at(host: string, ...tables: readonly string[]): Promise<Judge> {
    const client = bigQueryClient(BIGQUERY_PROJECT).client;
    await client.createDataset("hostile");
    const fields = [{ name: "id", type: "INT64" }, ...FIELDS];
    for (const table of tables) await client.dataset("hostile").createTable(table, { schema: { fields } });
    return new Judge(client, host);
  }

  /** What becomes of each cell, `id column`. Cells of a row stand for themselves: one that is refused does not take the others along. */
  async insert(table: string, rows: readonly Sent[]): Promise<Map<string, Verdict>> {
    const verdicts = new Map<string, Verdict>();
    for (let at = 0; at < rows.length; at += AT_ONCE) await this.settle(table, rows.slice(at, at + AT_ONCE), verdicts);
    return verdicts;
  }

  private async settle(table: string, rows: readonly Sent[], verdicts: Map<string, Verdict>): Promise<void> {
    const say = ({ id }: Sent, column: string, verdict: Verdict) => verdicts.set(`${id} ${column}`, verdict);
    const asked = rows.filter(({ cells }) => cells.size > 0);
    if (asked.length === 0) return;
    const errors = await this.post(table, asked);
    if (errors === undefined) {
      const parts = halves(asked);
      if (parts === undefined) for (const column of asked[0]!.cells.keys()) say(asked[0]!, column, "breaks");
      else for (const part of parts) await this.settle(table, part, verdicts);
      return;
    }
    const byIndex = new Map(errors.map((error) => [error.index, error]));
    const again: Sent[] = [];
    for (const [at, row] of asked.entries()) {
      const error = byIndex.get(at);
      const named = new Set(error?.errors.map(({ location }) => location ?? "").filter((one) => row.cells.has(one)));
      if (error === undefined) for (const column of row.cells.keys()) say(row, column, "taken");
      else if (named.size > 0 || row.cells.size === 1) {
        const refused = named.size > 0 ? named : new Set(row.cells.keys());
        for (const column of refused) say(row, column, "refused");
        again.push({ ...row, cells: new Map([...row.cells].filter(([column]) => !refused.has(column))) });
      } else again.push(...(halves([row]) ?? []).flat());
    }
    await this.settle(table, again, verdicts);
  }

  /** Undefined where there is no answer but an error of the server's. */
  private async post(table: string, rows: readonly Sent[]): Promise<readonly InsertError[] | undefined> {
    const path = `/bigquery/v2/projects/${BIGQUERY_PROJECT}/datasets/hostile/tables/${table}/insertAll`;
    const texts = rows.map(({ id, cells }) => {
      const members = [...cells].map(([column, literal]) => `"${column}":${literal}`);
      return `{"json":{"id":"${id}",${members.join(",")}}}`;
    });
    const answer = await fetch(`http://${this.host}${path}`, {
      method: "POST",
      // The emulator ends a connection that is kept.
      headers: { "content-type": "application/json", connection: "close" },
      body: `{"skipInvalidRows":true,"rows":[${texts.join(",")}]}`,
    });
    if (answer.status !== 200) return void (await answer.text());
    return ((await answer.json()) as { insertErrors?: InsertError[] }).insertErrors ?? [];
  }

  /** Cells that two tables have, each another value: `id column`. A row may have come in pieces. */
  async differing(a: string, b: string): Promise<Set<string>> {
    const differing = new Set<string>();
    for (const { name } of FIELDS.filter(({ type }) => JUDGED.has(type))) {
      const of = (table: string) => `(SELECT id, ${name} FROM hostile.${table} WHERE ${name} IS NOT NULL)`;
      const text = (side: string) => `TO_JSON_STRING(${side}.${name})`;
      const [rows] = await this.client.query(
        `SELECT a.id FROM ${of(a)} AS a JOIN ${of(b)} AS b ON a.id = b.id WHERE ${text("a")} != ${text("b")}`,
      );
      for (const { id } of rows as { id: number }[]) differing.add(`${id} ${name}`);
    }
    return differing;
  }
}

/** The rows in two parts; of one row its cells; undefined of one cell. */
function halves(rows: readonly Sent[]): Sent[][] | undefined {
  const middle = rows.length >> 1;
  if (rows.length > 1) return [rows.slice(0, middle), rows.slice(middle)];
  const { id, cells } = rows[0]!;
  if (cells.size < 2) return undefined;
  const list = [...cells];
  const half = list.length >> 1;
  return [[{ id, cells: new Map(list.slice(0, half)) }], [{ id, cells: new Map(list.slice(half)) }]];
}
