/**
 * Why a message's content cannot become a row: the closed set of codes that a dead letter carries as `error_reason`.
 * docs/rows.md says which input leads to which.
 */
export const REFUSAL_REASONS = [
  /** No data at all. */
  "empty",
  /** The bytes are not UTF-8 (RFC 3629), or begin with a byte order mark. */
  "invalid_utf8",
  /** The text is not one JSON value (RFC 8259), or nests deeper than is read. */
  "invalid_json",
  /** JSON, but not an object where a row or a RECORD is expected. */
  "not_an_object",
  /** A name occurs twice in one object. */
  "duplicate_column",
  /** A name that the schema does not have. */
  "unknown_column",
  /** A REQUIRED column is absent or null. */
  "missing_column",
  /** The value's JSON type, or its form, is not the column's. */
  "wrong_type",
  /** Of the right form, but outside of what the column holds: 2^63, 30 February, too long, too precise. */
  "out_of_range",
  /** null inside a REPEATED column. */
  "null_element",
  /** The table refused the row for what it contains. */
  "refused_by_table",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The step that refused. */
export type RefusalStage = "decode" | "parseRow" | "writeRows";

/** A refusal names the column and the rule, never the value. */
export class Refusal {
  constructor(
    readonly reason: RefusalReason,
    /** The column's path, `address.lines[2].zip`; empty where the whole message is meant. */
    readonly column: string = "",
  ) {}
}
