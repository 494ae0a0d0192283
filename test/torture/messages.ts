/** Messages whose end is known before they are sent: what becomes of each is an oracle's word, not the pipeline's. */
import { createHash } from "node:crypto";
import type { Random } from "../../generator/random";

/** What a message is made as; each has one end. */
export type Kind =
  | "plain"
  | "long attribute"
  | "huge"
  | "broken"
  | "unknown column"
  | "not UTF-8"
  | "empty"
  | "refused";

export interface Drawn {
  /** Unique in its run; a column of the row. */
  readonly token: string;
  readonly kind: Kind;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the row that it must become; undefined where it must become a dead letter. */
  readonly row?: string;
  /** Of the dead letter that it must become. */
  readonly reason?: string;
}

/** The value of `company` that the table refuses for ever. */
export const REFUSED = "refused by the table";
/** The columns that are drawn; every other one is null. */
const COLUMNS = ["name", "city", "company", "credit_card", "date_record_created", "emp_id"] as const;
const NAMES = ["Ada", "Łucja", "Ωmega", "O'Neill", "名前", 'Quo"te', "back\\slash", "😀 smile", ""];
const REASONS: Partial<Record<Kind, string>> = {
  broken: "invalid_json",
  "unknown column": "unknown_column",
  "not UTF-8": "invalid_utf8",
  empty: "empty",
  refused: "refused_by_table",
};
/** A message has at most 10 MB with its attributes [Quotas and limits, Resource limits]. */
const HUGE = 9_500_000;

export function draw(random: Random, kind: Kind, token: string): Drawn {
  const row = {
    name: kind === "huge" ? "x".repeat(HUGE) : random.pick(NAMES),
    city: random.pick(NAMES),
    company: kind === "refused" ? REFUSED : random.pick(["ACME", "Müller & Söhne", "a\u0001b"]),
    credit_card: `4${random.digits(18)}`,
    date_record_created: `20${10 + random.below(80)}-0${1 + random.below(9)}-1${random.below(10)}T0${random.below(10)}:00:00`,
    emp_id: token,
  };
  const attributes: Record<string, string> = { token };
  // 1,024 bytes, in characters of two.
  if (kind === "long attribute") attributes.long = "é".repeat(512);
  const reason = REASONS[kind];
  return {
    ...{ token, kind, attributes, data: content(kind, row) },
    ...(reason === undefined ? { row: rowHash({ ...row, attributes }) } : { reason }),
  };
}

function content(kind: Kind, row: Readonly<Record<string, string>>): Buffer {
  const { credit_card, ...texts } = row;
  // The number as it is written: 19 digits are no JavaScript number.
  const json = `${JSON.stringify(texts).slice(0, -1)},"credit_card":${credit_card}}`;
  switch (kind) {
    case "broken":
      return Buffer.from(json.slice(0, -7));
    case "unknown column":
      return Buffer.from(`${json.slice(0, -1)},"nickname":1}`);
    case "not UTF-8":
      return Buffer.concat([Buffer.from(json), Buffer.from([0xff, 0xfe])]);
    case "empty":
      return Buffer.alloc(0);
    default:
      return Buffer.from(json);
  }
}

/** Of a row as it was published or as it stands in a table; `attributes` as an object. */
export function rowHash(row: Readonly<Record<string, unknown>>): string {
  const values = COLUMNS.map((name) => (row[name] === null || row[name] === undefined ? null : String(row[name])));
  const attributes = Object.entries((row.attributes ?? {}) as Record<string, string>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return hash(JSON.stringify([values, attributes]));
}

export const hash = (data: string | Uint8Array) => createHash("sha256").update(data).digest("base64url").slice(0, 22);
