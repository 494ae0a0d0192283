/** How a table's schema grows from one form to the next under a running pipeline: what changes, whether it is safe, and in which order. Pure. */
import { columnDdl } from "../bigquery";
import type { Column, TableSchema } from "../schema";
import { schemaVersion } from "../version";
import { withChange } from "./apply";
import { type Layout, type Way, wayOf } from "./bigquery";
import { type Change, changesOf, type Renames } from "./changes";
import { type Cell, CELLS, type Fate, fateIn, type Form, type Pair, pairOf } from "./matrix";
import { orderOf, type Part } from "./order";
import { type Replay, replaysOf } from "./replays";

export type Verdict =
  /** In this order, while the pipeline runs: every message becomes a row all the while. */
  | "safe"
  /** BigQuery does it; some messages are held or become dead letters on the way, or values do not stay what they were. Nothing is lost unsaid. */
  | "care"
  /** BigQuery does not do it to a table that is there. */
  | "refused";

export interface PlannedChange {
  readonly kind: Change["kind"];
  readonly path: string;
  /** As DDL; of a column that is added the old one is missing, of one that is dropped the new one. */
  readonly from?: string;
  readonly to?: string;
  readonly verdict: Verdict;
  readonly way: Way;
  /** What changes first, second and third; missing where no order spares every message. */
  readonly order?: readonly Part[];
  /** Each of table, pipeline and message in its old or new form, by the parser itself. */
  readonly fates: readonly (Cell & { readonly fate: Fate })[];
  readonly replays: readonly Replay[];
}

/** Changes that are made together. */
export interface RollOut {
  readonly order?: readonly Part[];
  /** By their place in the plan. */
  readonly changes: readonly number[];
  /** The schema when it is done. */
  readonly schema: TableSchema;
}

export interface SchemaPlan {
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly changes: readonly PlannedChange[];
  /** One after the other; without what BigQuery refuses. */
  readonly rollOuts: readonly RollOut[];
  /** The worst of all; undefined where nothing changes. */
  readonly verdict?: Verdict;
}

/** `table`: `project.dataset.table`, as it stands in the statements. */
export function schemaPlan(
  from: TableSchema,
  to: TableSchema,
  table: string,
  layout: Layout,
  renames: Renames = new Map(),
): SchemaPlan {
  const found = changesOf(from, to, renames);
  let now: Now = { schema: from, table: from };
  const changes = found.map((change) => {
    const { planned, after } = plannedOf(change, now, table, layout);
    now = after;
    return planned;
  });
  const worst = (["refused", "care", "safe"] as const).find((verdict) =>
    changes.some((one) => one.verdict === verdict),
  );
  return {
    fromVersion: schemaVersion(from),
    toVersion: schemaVersion(to),
    changes,
    rollOuts: rollOutsOf(from, found, changes),
    ...(worst !== undefined && { verdict: worst }),
  };
}

/** The schema and the table while one change after the other is made: of some, the table stays as it is. */
interface Now {
  readonly schema: TableSchema;
  readonly table: TableSchema;
}

function plannedOf(change: Change, now: Now, table: string, layout: Layout) {
  const way = wayOf(change, now.table, table, layout);
  const isDone = way.kind === "alter" || way.kind === "update";
  const after: Now = {
    schema: withChange(now.schema, change),
    table: isDone ? withChange(now.table, change) : now.table,
  };
  const pair = pairFor(change, now, after);
  const order = way.kind === "refused" ? undefined : orderOf(pair, partsOf(change, way));
  const planned: PlannedChange = {
    kind: change.kind,
    path: change.path,
    ...(change.from !== undefined && { from: shown(change, change.from) }),
    ...(change.to !== undefined && { to: shown(change, change.to) }),
    verdict: verdictOf(change, way, order),
    way,
    ...(order !== undefined && { order }),
    fates: CELLS.map((cell) => ({ ...cell, fate: fateIn(pair, cell) })),
    replays: way.kind === "refused" ? [] : replaysOf(change, pair),
  };
  return { planned, after };
}

function verdictOf({ kind }: Change, way: Way, order: readonly Part[] | undefined): Verdict {
  if (way.kind === "refused") return "refused";
  return order === undefined || kind === "approximated" ? "care" : "safe";
}

/** What nobody needs to know but the table: messages are read by it as before. */
const TABLE_ALONE: ReadonlySet<Change["kind"]> = new Set(["described", "tagged"]);

function partsOf({ kind }: Change, way: Way): readonly Part[] {
  if (TABLE_ALONE.has(kind)) return ["table"];
  return way.kind === "stays" ? ["pipeline", "publishers"] : ["table", "pipeline", "publishers"];
}

/** The one column of the table that the change is in, before and after this change alone. */
function pairFor({ kind, path, to }: Change, now: Now, after: Now): Pair {
  const top = path.split(".")[0]!;
  const later = kind === "renamed" ? to!.name : top;
  const absent: Partial<Record<Form, string>> = {
    ...(kind === "required" && { old: path }),
    ...(kind === "relaxed" && { new: path }),
  };
  return pairOf(
    { old: columnNamed(now.schema, top), new: columnNamed(after.schema, later) },
    {
      old: columnNamed(now.table, top),
      new: [later, top].flatMap((name) => columnNamed(after.table, name)).slice(0, 1),
    },
    absent,
  );
}

const columnNamed = ({ columns }: TableSchema, name: string): readonly Column[] =>
  columns.filter((column) => column.name.toLowerCase() === name.toLowerCase());

const shown = ({ kind }: Change, column: Column): string =>
  columnDdl(kind === "described" ? column : { ...column, description: "" });

/** What grows first, then what shrinks; then, each alone, what no order spares. */
function rollOutsOf(from: TableSchema, found: readonly Change[], planned: readonly PlannedChange[]): RollOut[] {
  const at = (is: (order: readonly Part[] | undefined) => boolean) =>
    planned.flatMap(({ verdict, order }, index) => (verdict !== "refused" && is(order) ? [index] : []));
  const groups = [
    at((order) => order?.[0] === "table"),
    at((order) => order !== undefined && order[0] !== "table"),
    ...at((order) => order === undefined).map((index) => [index]),
  ];
  let schema = from;
  return groups
    .filter((changes) => changes.length > 0)
    .map((changes) => {
      for (const index of changes) schema = withChange(schema, found[index]!);
      const orders = changes.flatMap((index) => (planned[index]!.order === undefined ? [] : [planned[index]!.order!]));
      const longest = orders.sort((a, b) => b.length - a.length)[0];
      return { changes, schema, ...(longest !== undefined && { order: longest }) };
    });
}
