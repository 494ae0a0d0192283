/** What a plan says of each change is what the parser, the table's form and BigQuery's statements say. */
import assert from "node:assert/strict";
import { schemaPlan, type SchemaPlan } from "../../schemas/evolution/plan";
import { parseTableSchema } from "../../schemas/parse-schema";

const A = { name: "a", type: "INT64", mode: "REQUIRED" };
const B = { name: "b", type: "STRING" };
const TABLE = "p.d.t";

type Fields = readonly object[];
const planOf = (
  from: Fields,
  to: Fields,
  more: { renames?: Record<string, string>; partition?: string; clusters?: string[] } = {},
) =>
  schemaPlan(
    parseTableSchema(from),
    parseTableSchema(to),
    TABLE,
    { clusterColumns: more.clusters ?? [], ...(more.partition !== undefined && { partitionColumn: more.partition }) },
    new Map(Object.entries(more.renames ?? {})),
  );

/** One line a change. */
const said = ({ changes }: SchemaPlan) =>
  changes.map(({ kind, path, verdict, way, order }) =>
    [kind, path, verdict, way.kind, order?.map((part) => part[0]! + part[1]!).join(" ") ?? "-"].join(" "),
  );
const statements = ({ changes }: SchemaPlan) =>
  changes.flatMap(({ way }) => (way.kind === "alter" ? [way.sql.replace(`ALTER TABLE \`${TABLE}\` `, "")] : []));

/** Table, pipeline, message: old or new each; what is no row. */
function troubles(plan: SchemaPlan, at = 0): Record<string, string> {
  const found = plan.changes[at]!.fates.flatMap(({ table, pipeline, message, fate }) => {
    if (fate.kind === "row") return [];
    const what = fate.kind === "held" ? `held ${fate.columns}` : `${fate.reason} ${fate.column}`;
    return [[`${table} ${pipeline} ${message}`, what] as const];
  });
  return Object.fromEntries(found);
}

describe("a schema plan", () => {
  it("of the same schema, in another order, has nothing", () => {
    const plan = planOf([A, B], [B, A]);
    assert.deepEqual([plan.changes, plan.rollOuts, plan.verdict], [[], [], undefined]);
    assert.equal(plan.fromVersion, plan.toVersion);
  });

  it("adds a column to the table first; where messages have it first they are dead letters of that column", () => {
    const plan = planOf([A], [A, B]);
    assert.deepEqual(said(plan), ["added b safe alter ta pi pu"]);
    assert.deepEqual(statements(plan), ["ADD COLUMN IF NOT EXISTS `b` STRING;"]);
    assert.deepEqual(troubles(plan), {
      "old old new": "unknown_column b",
      "old new old": "held b",
      "old new new": "held b",
      "new old new": "unknown_column b",
    });
    assert.deepEqual(plan.changes[0]!.replays, [
      { when: "publishers before table and pipeline", reason: "unknown_column", column: "b", fix: [] },
    ]);
  });

  it("never adds a REQUIRED column, for BigQuery does not: the pipeline requires it when publishers send it", () => {
    const plan = planOf([A], [A, { ...B, mode: "REQUIRED" }]);
    assert.deepEqual(said(plan), ["added b safe alter ta pi pu", "required b safe stays pu pi"]);
    assert.deepEqual(statements(plan), ["ADD COLUMN IF NOT EXISTS `b` STRING;"]);
    assert.deepEqual(
      plan.rollOuts.map(({ changes }) => changes),
      [[0], [1]],
    );
    assert.deepEqual(
      plan.rollOuts.map(({ schema }) => schema.columns[1]!.mode),
      ["NULLABLE", "REQUIRED"],
    );
  });

  it("adds a RECORD with what is REQUIRED in it", () => {
    const record = { name: "r", type: "RECORD", mode: "REPEATED", fields: [{ ...A, description: "of a cell" }] };
    const plan = planOf([A], [A, record]);
    assert.deepEqual(said(plan), ["added r safe alter ta pi pu"]);
    assert.deepEqual(statements(plan), [
      'ADD COLUMN IF NOT EXISTS `r` ARRAY<STRUCT<`a` INT64 NOT NULL OPTIONS (description = "of a cell")>>;',
    ]);
  });

  it("relaxes the table before the pipeline, and both before publishers leave it out", () => {
    const plan = planOf([A], [{ ...A, mode: "NULLABLE" }]);
    assert.deepEqual(said(plan), ["relaxed a safe alter ta pi pu"]);
    assert.deepEqual(statements(plan), ["ALTER COLUMN `a` DROP NOT NULL;"]);
    assert.deepEqual(troubles(plan), {
      "old old new": "missing_column a",
      "old new new": "refused_by_table a",
      "new old new": "missing_column a",
    });
  });

  it("widens the table before the pipeline: rows of the narrower type go into it", () => {
    const plan = planOf(
      [A, { name: "n", type: "NUMERIC" }],
      [
        { ...A, type: "NUMERIC" },
        { name: "n", type: "BIGNUMERIC" },
      ],
    );
    assert.deepEqual(said(plan), ["widened a safe alter ta pi pu", "widened n safe alter ta pi pu"]);
    assert.deepEqual(statements(plan), [
      "ALTER COLUMN `a` SET DATA TYPE NUMERIC;",
      "ALTER COLUMN `n` SET DATA TYPE BIGNUMERIC;",
    ]);
    assert.deepEqual(troubles(plan), {
      "old old new": "wrong_type a",
      "old new old": "held a",
      "old new new": "held a",
      "new old new": "wrong_type a",
    });
  });

  const parameters: Record<string, readonly [object, object, string]> = {
    "a length": [{ maxLength: 5 }, { maxLength: 9 }, "STRING(9)"],
    "a length taken away": [{ maxLength: 5 }, {}, "STRING"],
    "a precision": [
      { type: "NUMERIC", precision: 5, scale: 2 },
      { type: "NUMERIC", precision: 6, scale: 3 },
      "NUMERIC(6, 3)",
    ],
    "a precision and a type": [
      { type: "NUMERIC", precision: 5 },
      { type: "BIGNUMERIC", precision: 7 },
      "BIGNUMERIC(7)",
    ],
    bytes: [{ type: "BYTES", maxLength: 1 }, { type: "BYTES", maxLength: 2 }, "BYTES(2)"],
  };
  for (const [what, [from, to, type]] of Object.entries(parameters)) {
    it(`widens ${what}, and narrows it in the pipeline alone`, () => {
      const plan = planOf([{ ...B, ...from }], [{ ...B, ...to }]);
      assert.deepEqual(said(plan), ["widened b safe alter ta pi pu"]);
      assert.deepEqual(statements(plan), [`ALTER COLUMN \`b\` SET DATA TYPE ${type};`]);
      assert.deepEqual(said(planOf([{ ...B, ...to }], [{ ...B, ...from }])), ["narrowed b safe stays pu pi"]);
    });
  }

  it("does not take digits behind the point for digits before it", () => {
    const numeric = (precision: number, scale: number) => [{ ...B, type: "NUMERIC", precision, scale }];
    assert.deepEqual(said(planOf(numeric(5, 2), numeric(6, 4))), ["retyped b refused refused -"]);
    assert.deepEqual(said(planOf([A], [{ ...A, type: "NUMERIC", precision: 10 }])), ["retyped a refused refused -"]);
  });

  it("says that numbers are rounded where they become FLOAT64", () => {
    const plan = planOf([A], [{ ...A, type: "FLOAT64" }]);
    assert.deepEqual(said(plan), ["approximated a care alter -"]);
    assert.equal(troubles(plan)["new old old"], "held a");
  });

  it("makes a DATE a DATETIME with a hold between the table and the pipeline", () => {
    assert.deepEqual(said(planOf([{ ...B, type: "DATE" }], [{ ...B, type: "DATETIME" }])), ["widened b care alter -"]);
  });

  const refused: Record<string, readonly [object, object]> = {
    "text to a number": [B, { ...B, type: "INT64" }],
    "a number to text": [A, { ...A, type: "STRING" }],
    "one value to many": [A, { ...A, mode: "REPEATED" }],
    "many values to one": [
      { ...A, mode: "REPEATED" },
      { ...A, mode: "NULLABLE" },
    ],
    "a RECORD to text": [{ ...B, type: "RECORD", fields: [A] }, B],
    "DATETIME to DATE": [
      { ...B, type: "DATETIME" },
      { ...B, type: "DATE" },
    ],
    "FLOAT64 to INT64": [
      { ...B, type: "FLOAT64" },
      { ...B, type: "INT64" },
    ],
    "TIMESTAMP to DATETIME": [
      { ...B, type: "TIMESTAMP" },
      { ...B, type: "DATETIME" },
    ],
    "a RANGE of others": [
      { ...B, type: "RANGE", rangeElementType: { type: "DATE" } },
      { ...B, type: "RANGE", rangeElementType: { type: "DATETIME" } },
    ],
  };
  for (const [what, [from, to]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const plan = planOf([from], [to]);
      assert.deepEqual([plan.verdict, plan.rollOuts, statements(plan)], ["refused", [], []]);
      assert.deepEqual(
        plan.changes.map(({ kind }) => kind),
        ["retyped"],
      );
    });
  }

  it("drops last of all what publishers sent; while it is there, it may stay", () => {
    const plan = planOf([A, B], [A]);
    assert.deepEqual(said(plan), ["dropped b safe alter pu pi ta"]);
    assert.deepEqual(statements(plan), ["DROP COLUMN IF EXISTS `b`;"]);
    assert.deepEqual(troubles(plan), {
      "old new old": "unknown_column b",
      "new old old": "held b",
      "new old new": "held b",
      "new new old": "unknown_column b",
    });
    assert.deepEqual(plan.changes[0]!.replays, [
      {
        when: "a message of the old form afterwards",
        reason: "unknown_column",
        column: "b",
        fix: [{ op: "drop", column: "b" }],
      },
    ]);
  });

  it("relaxes what is REQUIRED before it is dropped", () => {
    const plan = planOf([A, B], [B]);
    assert.deepEqual(said(plan), ["relaxed a safe alter ta pi pu", "dropped a safe alter pu pi ta"]);
    assert.equal(plan.rollOuts.length, 2);
  });

  it("takes a rename for one only where it is told, and says that no order spares every message", () => {
    assert.deepEqual(said(planOf([A, B], [A, { ...B, name: "c" }])), [
      "added c safe alter ta pi pu",
      "dropped b safe alter pu pi ta",
    ]);
    const plan = planOf([A, B], [A, { ...B, name: "c" }], { renames: { b: "c" } });
    assert.deepEqual(said(plan), ["renamed b care alter -"]);
    assert.deepEqual(statements(plan), ["RENAME COLUMN `b` TO `c`;"]);
    assert.deepEqual(troubles(plan), {
      "old old new": "unknown_column c",
      "old new old": "held c",
      "old new new": "held c",
      "new old old": "held b",
      "new old new": "held b",
      "new new old": "unknown_column b",
    });
    assert.deepEqual(plan.changes[0]!.replays.at(-1)!.fix, [{ op: "rename", column: "b", to: "c" }]);
  });

  it("touches the table alone for descriptions and policy tags", () => {
    const tags = { policyTags: { names: ["projects/p/locations/europe-west2/taxonomies/1/policyTags/2"] } };
    const plan = planOf([A], [{ ...A, description: 'Personal data. A "number"', ...tags }]);
    assert.deepEqual(said(plan), ["described a safe alter ta", "tagged a safe update ta"]);
    assert.deepEqual(statements(plan), [
      'ALTER COLUMN `a` SET OPTIONS (description = "Personal data. A \\"number\\"");',
    ]);
    assert.deepEqual([troubles(plan), troubles(plan, 1)], [{}, {}]);
    assert.equal(plan.fromVersion, plan.toVersion);
  });

  it("changes nested columns as BigQuery can: by the whole schema, or the whole type, or not", () => {
    const record = (...fields: Fields) => [{ name: "r", type: "RECORD", fields }];
    const x = { name: "x", type: "STRING", mode: "REQUIRED", description: "of x" };
    const plan = planOf(
      record(A, x, { name: "z", type: "BOOL" }),
      record({ ...A, type: "NUMERIC" }, { ...x, mode: "NULLABLE" }, { name: "y", type: "BOOL", mode: "REQUIRED" }),
    );
    assert.deepEqual(said(plan), [
      "added r.y safe update ta pi pu",
      "widened r.a safe alter ta pi pu",
      "relaxed r.x safe update ta pi pu",
      "required r.y safe stays pu pi",
      "dropped r.z safe stays pu pi",
    ]);
    assert.deepEqual(statements(plan), [
      "ALTER COLUMN `r` SET DATA TYPE STRUCT<`a` NUMERIC NOT NULL, `x` STRING NOT NULL, `z` BOOL, `y` BOOL>;",
    ]);
    assert.deepEqual(troubles(plan), {
      "old old new": "unknown_column r.y",
      "old new old": "held r.y",
      "old new new": "held r.y",
      "new old new": "unknown_column r.y",
    });
  });

  it("leaves the columns alone that a table is partitioned and clustered by", () => {
    const from = [A, B, { name: "d", type: "STRING", maxLength: 3 }];
    const fixed = { partition: "a", clusters: ["B", "d"] };
    assert.deepEqual(
      said(
        planOf(
          from,
          [
            { ...A, type: "NUMERIC" },
            { name: "d", type: "STRING" },
          ],
          fixed,
        ),
      ),
      ["widened a refused refused -", "widened d refused refused -", "dropped b refused refused -"],
    );
    assert.deepEqual(said(planOf(from, [A, { ...B, name: "e" }, from[2]!], { ...fixed, renames: { b: "e" } })), [
      "renamed b refused refused -",
    ]);
  });
});
