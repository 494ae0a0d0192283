/** The BigQuery emulator as a judge of values: which it takes by `tabledata.insertAll`, and whether two that it took are the same. */
import { BIGQUERY_PROJECT } from "../../support/emulators/bigquery";
import type { TypeName } from "./values";

/** `refused`: with a reason; `breaks`: the emulator has no answer to it. */
export type Verdict = "taken" | "refused" | "breaks";

/** JSON texts by id. */
export type Cells = ReadonlyMap<number, string>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface InsertError {
  readonly index: number;
}

/** A request costs what hundreds of its rows do. */
const AT_ONCE = 10_000;
const DATASET = "hostile";

/** Every type has tables of its own, of one column: what the emulator says of a value is about nothing else. */
export class Judge {
  private constructor(private readonly host: string) {}

  /** `host`: an emulator without a dataset of this name. */
  static async at(host: string): Promise<Judge> {
    const judge = new Judge(host);
    await judge.done("datasets", { datasetReference: { datasetId: DATASET } });
    return judge;
  }

  /** An empty table for values of one type. */
  async table(name: string, type: TypeName): Promise<string> {
    const fields = [
      { name: "id", type: "INT64" },
      { name: "value", type },
    ];
    const table = `${name}_${type.toLowerCase()}`;
    await this.done(`datasets/${DATASET}/tables`, { tableReference: { tableId: table }, schema: { fields } });
    return table;
  }

  /**
   * What becomes of each value, by its id. Where one is refused the emulator inserts all that came with it one by one, each in a commit of its
   * own: values that are likely to be refused should come in a call of their own.
   */
  async insert(table: string, cells: Cells, atOnce = AT_ONCE): Promise<Map<number, Verdict>> {
    const verdicts = new Map<number, Verdict>();
    const all = [...cells];
    for (let at = 0; at < all.length; at += atOnce) await this.settle(table, all.slice(at, at + atOnce), verdicts);
    return verdicts;
  }

  private async settle(
    table: string,
    cells: readonly (readonly [number, string])[],
    verdicts: Map<number, Verdict>,
  ): Promise<void> {
    const answer = await this.post(table, cells);
    if (answer.status === 200) {
      const { insertErrors = [] } = JSON.parse(answer.text) as { insertErrors?: InsertError[] };
      const refused = new Set(insertErrors.map(({ index }) => index));
      for (const [at, [id]] of cells.entries()) verdicts.set(id, refused.has(at) ? "refused" : "taken");
    } else if (cells.length > 1) {
      const middle = cells.length >> 1;
      for (const half of [cells.slice(0, middle), cells.slice(middle)]) await this.settle(table, half, verdicts);
    }
    // What is said of a row among others as an insert error is said of a row alone with 400.
    else verdicts.set(cells[0]![0], answer.status === 400 ? "refused" : "breaks");
  }

  private async post(table: string, cells: readonly (readonly [number, string])[]): Promise<Answer> {
    const rows = cells.map(([id, literal]) => `{"json":{"id":"${id}","value":${literal}}}`);
    const path = `datasets/${DATASET}/tables/${table}/insertAll`;
    return await this.ask(path, `{"skipInvalidRows":true,"rows":[${rows.join(",")}]}`);
  }

  /** The ids of which two tables have each another value, NULL being one. */
  async differing(a: string, b: string): Promise<number[]> {
    const text = (side: string) => `COALESCE(TO_JSON_STRING(${side}.value), 'null')`;
    const from = `${DATASET}.${a} AS a JOIN ${DATASET}.${b} AS b ON a.id = b.id`;
    const query = `SELECT STRING_AGG(CAST(a.id AS STRING)) FROM ${from} WHERE ${text("a")} != ${text("b")}`;
    const { rows } = JSON.parse(await this.done("queries", { query, useLegacySql: false }));
    const ids: string | null = rows[0].f[0].v;
    return ids === null ? [] : ids.split(",").map(Number);
  }

  /** What it answers; throws where it does not do it. */
  private async done(path: string, body: object): Promise<string> {
    const { status, text } = await this.ask(path, JSON.stringify(body));
    if (status !== 200) throw new Error(`the emulator answers ${path} with ${status}`);
    return text;
  }

  private async ask(path: string, body: string): Promise<Answer> {
    const answer = await fetch(`http://${this.host}/bigquery/v2/projects/${BIGQUERY_PROJECT}/${path}`, {
      method: "POST",
      // The emulator ends a connection that is kept.
      headers: { "content-type": "application/json", connection: "close" },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  }
}
