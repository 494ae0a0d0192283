/**
 * What became of each message: by its id in the pipeline's own ledger and in the dead letters, and held against what the table has. A table of
 * the schema has no column for a message's id: its rows are counted.
 */
import type { Counts } from "../../deploy/drill/summary";

/** Of the pipeline's summary. */
export interface PipelineSummary {
  readonly rows: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly lost: number | null;
  readonly heldBy: string | null;
}

export interface Found {
  /** Ids of confirmed messages. */
  readonly ids: readonly string[];
  readonly unconfirmed: number;
  readonly pipeline: PipelineSummary;
  readonly rowsInTable: number;
  /** How often a dead letter of each message id came. */
  readonly letters: ReadonlyMap<string, number>;
}

export function countsOf({ ids, unconfirmed, pipeline, rowsInTable, letters }: Found): Counts & { troubles: string[] } {
  const published = new Set(ids);
  const strangers = [...letters.keys()].filter((id) => !published.has(id)).length;
  const inLedger = Object.values(pipeline.deadLetters).reduce((sum, count) => sum + count, 0);
  const missing = Math.max(0, pipeline.rows - rowsInTable) + Math.max(0, inLedger - letters.size);
  const twice = [...letters.values()].reduce((sum, count) => sum + count - 1, 0);
  return {
    ...{ published: published.size, notPublished: unconfirmed, rows: rowsInTable, deadLetters: letters.size },
    lost: pipeline.lost === null ? undefined : pipeline.lost + missing,
    duplicates: Math.max(pipeline.duplicates, Math.max(0, rowsInTable - pipeline.rows) + twice),
    troubles: [
      ...(strangers > 0 ? [`${strangers} dead letters are of messages that nobody published`] : []),
      ...(pipeline.heldBy === null ? [] : [`the pipeline was still held by ${pipeline.heldBy}`]),
    ],
  };
}
