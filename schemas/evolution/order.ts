/** In which order table, pipeline and publishers change, so that every message becomes a row all the while. */
import { type Cell, fateIn, type Form, type Pair } from "./matrix";

export type Part = "table" | "pipeline" | "publishers";

const ORDERS: readonly (readonly Part[])[] = [
  ["table", "pipeline", "publishers"],
  ["publishers", "pipeline", "table"],
  ["table", "publishers", "pipeline"],
  ["publishers", "table", "pipeline"],
  ["pipeline", "table", "publishers"],
  ["pipeline", "publishers", "table"],
];

/** The first order in which no message is held or becomes a dead letter; undefined where there is none. `parts`: those that change at all. */
export function orderOf(pair: Pair, parts: readonly Part[]): readonly Part[] | undefined {
  const fate = new Map<string, boolean>();
  const isRow = (cell: Cell) => {
    const key = `${cell.table} ${cell.pipeline} ${cell.message}`;
    if (!fate.has(key)) fate.set(key, fateIn(pair, cell).kind === "row");
    return fate.get(key)!;
  };
  const orders = ORDERS.map((order) => order.filter((part) => parts.includes(part)));
  return orders.find((order) => statesOf(order).every(isRow));
}

/**
 * What meets on the way. While publishers change, messages of both forms come; those of the old form wait in the subscription for a
 * while yet: whoever changes after the publishers waits until they are through.
 */
export function statesOf(order: readonly Part[]): Cell[] {
  const cells: Cell[] = [];
  const now: Record<"table" | "pipeline", Form> = { table: "old", pipeline: "old" };
  let messages: readonly Form[] = ["old"];
  const meet = () => cells.push(...messages.map((message) => ({ ...now, message })));
  meet();
  for (const part of order) {
    if (part === "publishers") messages = ["old", "new"];
    else {
      if (messages.length === 2) messages = ["new"];
      now[part] = "new";
    }
    meet();
  }
  return cells;
}
