/** What is different between two schemas of one table, column by column. */
import type { Column, TableSchema } from "../schema";
import { widening } from "./coercion";

export type ChangeKind =
  | "added"
  | "dropped"
  | "renamed"
  /** REQUIRED to NULLABLE. */
  | "relaxed"
  /** NULLABLE to REQUIRED. */
  | "required"
  /** A type, or parameters, that hold every value of the old one. */
  | "widened"
  /** A number to FLOAT64: its values are rounded. */
  | "approximated"
  /** A type, or parameters, that hold fewer values. */
  | "narrowed"
  /** Another type, or one value to many. */
  | "retyped"
  | "described"
  | "tagged";

export interface Change {
  readonly kind: ChangeKind;
  /** The column's path in the old schema, `address.zip`; of one that is added in the new one. */
  readonly path: string;
  /** The column before, and after this change alone. */
  readonly from?: Column;
  readonly to?: Column;
}

/** New names of columns, by their old ones. Two schemas alone do not tell a rename from a drop and an addition. */
export type Renames = ReadonlyMap<string, string>;

/**
 * In the order in which they are made: what grows, then what shrinks, then what no order spares. A column that is REQUIRED is relaxed before it
 * is dropped, and added before it is required.
 */
export function changesOf(from: TableSchema, to: TableSchema, renames: Renames = new Map()): Change[] {
  const found = within(from.columns, to.columns, "", renames);
  return found.sort((a, b) => RANKS.indexOf(a.kind) - RANKS.indexOf(b.kind));
}

const RANKS: readonly ChangeKind[] = [
  ...(["added", "widened", "relaxed", "described", "tagged"] as const),
  ...(["required", "narrowed", "dropped"] as const),
  ...(["approximated", "retyped", "renamed"] as const),
];

function within(from: readonly Column[], to: readonly Column[], path: string, renames: Renames): Change[] {
  const left = new Map(to.map((column) => [column.name.toLowerCase(), column]));
  const changes: Change[] = [];
  const dropped: Column[] = [];
  for (const column of from) {
    const name = (renames.get(column.name) ?? column.name).toLowerCase();
    const there = left.get(name);
    left.delete(name);
    if (there === undefined) dropped.push(column);
    else changes.push(...ofColumn(column, there, path));
  }
  return [
    ...[...left.values()].flatMap((column) => added(column, path)),
    ...changes,
    ...dropped.flatMap((column) => droppedColumn(column, path)),
  ];
}

/** BigQuery adds no REQUIRED column to a table that is there. */
function added(column: Column, path: string): Change[] {
  const at = path + column.name;
  if (column.mode !== "REQUIRED") return [{ kind: "added", path: at, to: column }];
  const nullable = { ...column, mode: "NULLABLE" } as const;
  return [
    { kind: "added", path: at, to: nullable },
    { kind: "required", path: at, from: nullable, to: column },
  ];
}

/** While a REQUIRED column is in the table, no message may lack it. */
function droppedColumn(column: Column, path: string): Change[] {
  const at = path + column.name;
  if (column.mode !== "REQUIRED") return [{ kind: "dropped", path: at, from: column }];
  const nullable = { ...column, mode: "NULLABLE" } as const;
  return [
    { kind: "relaxed", path: at, from: column, to: nullable },
    { kind: "dropped", path: at, from: nullable },
  ];
}

/** One change after the other, each from what the last one left. */
function ofColumn(from: Column, to: Column, path: string): Change[] {
  const at = path + from.name;
  const changes: Change[] = [];
  let now = from;
  const step = (kind: ChangeKind, what: Partial<Column>) => {
    const next = { ...now, ...what };
    changes.push({ kind, path: at, from: now, to: next });
    now = next;
  };
  if ((from.mode === "REPEATED") !== (to.mode === "REPEATED") || (from.type === "RECORD") !== (to.type === "RECORD")) {
    return [{ kind: "retyped", path: at, from, to }];
  }
  if (from.type === "RECORD") {
    const inside = within(from.fields!, to.fields!, `${at}.`, new Map());
    changes.push(...inside);
    now = { ...now, fields: to.fields! };
  }
  const width = widening(from, to);
  if (width !== "same") step(KINDS[width], shapeOf(to));
  if (from.mode === "REQUIRED" && to.mode === "NULLABLE") step("relaxed", { mode: "NULLABLE" });
  if (from.mode === "NULLABLE" && to.mode === "REQUIRED") step("required", { mode: "REQUIRED" });
  if (from.description !== to.description) step("described", { description: to.description, personal: to.personal });
  if (tagsOf(from) !== tagsOf(to)) step("tagged", { policyTags: to.policyTags ?? [] });
  if (from.name.toLowerCase() !== to.name.toLowerCase()) step("renamed", { name: to.name });
  return changes;
}

const KINDS = { wider: "widened", approximate: "approximated", narrower: "narrowed", other: "retyped" } as const;

const tagsOf = ({ policyTags = [] }: Column) => [...policyTags].sort().join(" ");

/** Every parameter is said, so that the old one's do not stay. */
function shapeOf({ type, maxLength, precision, scale, rangeElementType }: Column): Partial<Column> {
  const shape = { type, maxLength, precision, scale, rangeElementType };
  return shape as Partial<Column>;
}
