/** Whatever two schemas: where a plan says "safe", random messages of both forms become rows at every step of its order, and keep their values. */
import assert from "node:assert/strict";
import fc, { type Arbitrary } from "fast-check";
import { withChange } from "../../schemas/evolution/apply";
import { changesOf } from "../../schemas/evolution/changes";
import { fateOf, type Form } from "../../schemas/evolution/matrix";
import { statesOf } from "../../schemas/evolution/order";
import { schemaPlan, type SchemaPlan } from "../../schemas/evolution/plan";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import type { Row, TableSchema, Value } from "../../schemas/schema";
import { schemaVersion } from "../../schemas/version";
import { Refusal } from "../../transforms/refusal";
import { arbitraryRow, toJsonText } from "../support/arbitrary";

interface Field {
  readonly name: string;
  readonly [property: string]: unknown;
}
const NAMES = ["a", "b", "c", "d"];

const numeric = (type: string, whole: number, most: number) =>
  fc
    .tuple(fc.nat(most), fc.nat(whole))
    .map(([scale, digits]) => ({ type, precision: Math.max(1, digits + scale), scale }));
const shape: Arbitrary<object> = fc.oneof(
  fc
    .constantFrom("STRING", "BYTES", "INT64", "INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64", "BOOL")
    .map((type) => ({ type })),
  fc.constantFrom("DATE", "DATETIME", "TIMESTAMP", "JSON").map((type) => ({ type })),
  fc
    .tuple(fc.constantFrom("STRING", "BYTES"), fc.integer({ min: 1, max: 40 }))
    .map(([type, maxLength]) => ({ type, maxLength })),
  numeric("NUMERIC", 29, 9),
  numeric("BIGNUMERIC", 38, 38),
);
const mode = fc.constantFrom("NULLABLE", "NULLABLE", "REQUIRED", "REPEATED");
const plain = (name: string): Arbitrary<Field> =>
  fc.tuple(shape, mode).map(([its, of]) => ({ name, mode: of, ...its }));

/** A list of columns of these names, some of them missing. */
function list(one: (name: string) => Arbitrary<Field>): Arbitrary<readonly Field[]> {
  return fc
    .tuple(...NAMES.map((name) => fc.option(one(name), { freq: 3 })))
    .map((fields) => fields.filter((field): field is Field => field !== null))
    .filter((fields) => fields.length > 0);
}
const record = (name: string): Arbitrary<Field> =>
  fc.tuple(list(plain), mode).map(([fields, of]) => ({ name, type: "RECORD", mode: of, fields }));
const fields = list((name) => fc.oneof({ weight: 4, arbitrary: plain(name) }, { weight: 1, arbitrary: record(name) }));

/** Mostly the same columns, some of them otherwise, others gone, others new: two random schemas have little in common. */
const pair: Arbitrary<readonly [TableSchema, TableSchema]> = fc
  .tuple(
    fields,
    fields,
    fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
    fc.array(mode, { minLength: 4, maxLength: 4 }),
  )
  .map(([from, other, dice, modes]) => {
    const kept = from.flatMap((field, at) => {
      const instead = other.find(({ name }) => name === field.name);
      if (dice[at] === 0) return instead === undefined ? [] : [instead];
      return dice[at] === 1 ? [{ ...field, mode: modes[at] }] : [field];
    });
    const added = other.filter(({ name }, at) => dice[4 + at]! < 2 && !from.some((field) => field.name === name));
    const to = [...kept, ...added];
    return [parseTableSchema(from), parseTableSchema(to.length === 0 ? from : to)] as const;
  });

/** The table after each roll-out: of some changes it stays as it was. */
function tablesOf(from: TableSchema, to: TableSchema, plan: SchemaPlan): TableSchema[] {
  const changes = changesOf(from, to);
  let table = from;
  return plan.rollOuts.map((rollOut) => {
    for (const at of rollOut.changes) {
      const { kind } = plan.changes[at]!.way;
      if (kind === "alter" || kind === "update") table = withChange(table, changes[at]!);
    }
    return table;
  });
}

const planned = pair.map(([from, to]) => ({ from, to, plan: schemaPlan(from, to, "p.d.t", { clusterColumns: [] }) }));

describe("a schema plan, of any two schemas", () => {
  it("keeps its word: in its order random messages of both forms are rows at every step", () => {
    let met = 0;
    const property = fc.property(
      planned.chain(({ from, to, plan }) => {
        const schemas = [from, ...plan.rollOuts.map(({ schema }) => schema)];
        return fc.tuple(
          fc.constant({ from, to, plan, schemas }),
          fc.tuple(...schemas.map((schema) => fc.array(arbitraryRow(schema), { minLength: 3, maxLength: 3 }))),
        );
      }),
      ([{ from, to, plan, schemas }, rows]) => {
        const texts = rows.map((some, at) => some.map((row) => toJsonText(schemas[at]!.columns, row)));
        const tables = [from, ...tablesOf(from, to, plan)];
        for (const [at, { order }] of plan.rollOuts.entries()) {
          if (order === undefined) continue;
          const of = <T>(all: readonly T[]) => ({ old: all[at]!, new: all[at + 1]! }) satisfies Record<Form, T>;
          for (const state of statesOf(order)) {
            // What only the table learns changes no message.
            for (const text of of(texts)[state.message]) {
              const fate = fateOf(text, of(schemas)[state.pipeline], of(tables)[state.table]);
              assert.deepEqual(fate, { kind: "row" }, `${JSON.stringify(state)} of ${order.join(" ")}`);
              met += 1;
            }
          }
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
    assert.ok(met > 1_000, `only ${met} messages met`);
  });

  it("changes no value where the table is first: what the old schema takes, the new one takes as it is", () => {
    let compared = 0;
    const grown = planned.filter(
      ({ plan }) =>
        plan.changes.length > 0 &&
        plan.changes.every(({ verdict, order }) => verdict === "safe" && order?.[0] === "table"),
    );
    const property = fc.property(
      grown.chain(({ from, to }) => fc.tuple(fc.constant({ from, to }), arbitraryRow(from))),
      ([{ from, to }, row]) => {
        const text = toJsonText(from.columns, row);
        const [old, now] = [from, to].map((schema) => compileRowParser(schema, { unknownColumns: "refuse" })(text));
        assert.ok(!(old instanceof Refusal) && !(now instanceof Refusal) && old && now);
        for (const { name } of from.columns) same(old[name]!, now[name]!, name);
        compared += 1;
      },
    );
    fc.assert(property, { numRuns: 80 });
    assert.equal(compared >= 80, true);
  });

  it("ends with the new schema, unless BigQuery refuses a part of it", () => {
    fc.assert(
      fc.property(planned, ({ from, plan }) => {
        const last = plan.rollOuts.at(-1)?.schema ?? from;
        if (plan.verdict !== "refused") assert.equal(schemaVersion(last), plan.toVersion);
      }),
      { numRuns: 200 },
    );
  });
});

/** A number is the same whatever holds it; a column that is new within a RECORD was not there before. */
function same(old: Value, now: Value, name: string): void {
  if (Array.isArray(old)) {
    assert.ok(Array.isArray(now) && now.length === old.length, name);
    for (const [at, element] of old.entries()) same(element, (now as Value[])[at]!, name);
  } else if (typeof old === "object" && old !== null && !(old instanceof Uint8Array)) {
    for (const [inside, value] of Object.entries(old as Row)) same(value, (now as Row)[inside]!, `${name}.${inside}`);
  } else if (typeof old === "bigint") assert.equal(String(now), String(old), name);
  else assert.deepEqual(now, old, name);
}
