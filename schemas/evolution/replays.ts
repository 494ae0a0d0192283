/** Which dead letters a change leaves where it is not made in order, and how they come back. */
import type { Change } from "./changes";
import { type Cell, fateIn, type Pair } from "./matrix";

export interface Replay {
  /** How these came to be. */
  readonly when:
    | "publishers before table and pipeline"
    | "pipeline before table"
    | "a message of the old form afterwards";
  readonly reason: string;
  readonly column: string;
  /** The operations of `make replay FIX_FILE=` that mend the messages; none where they are right as they are. */
  readonly fix: readonly object[];
  /** Why there is no such operation, where there is none and the message needs one. */
  readonly byHand?: string;
}

const WHEN: readonly (readonly [Replay["when"], Cell])[] = [
  ["publishers before table and pipeline", { table: "old", pipeline: "old", message: "new" }],
  ["pipeline before table", { table: "old", pipeline: "new", message: "new" }],
  ["a message of the old form afterwards", { table: "new", pipeline: "new", message: "old" }],
];

export function replaysOf(change: Change, pair: Pair): Replay[] {
  return WHEN.flatMap(([when, cell]) => {
    const fate = fateIn(pair, cell);
    if (fate.kind !== "dead letter") return [];
    const { reason, column } = fate;
    const mend = cell.message === "old" ? mendOf(change) : { fix: [] };
    return [{ when, reason, column: column.replaceAll(/\[\d+\]/g, "[]"), ...mend }];
  });
}

/** What makes a message of the old form one of the new. */
function mendOf({ kind, path, to }: Change): Pick<Replay, "fix" | "byHand"> {
  switch (kind) {
    case "dropped":
      return { fix: [{ op: "drop", column: path }] };
    case "renamed":
      return { fix: [{ op: "rename", column: path, to: to!.name }] };
    case "required":
      return {
        fix: [],
        byHand: `say what ${path} is where it is missing: {"op":"default","column":"${path}","value":…}`,
      };
    default:
      return { fix: [], byHand: "the publisher sends it anew: no operation makes one of the other" };
  }
}
