/** Rows of any schema, by fast-check: what a publisher may write as JSON, and the row that it must become. */
import fc, { type Arbitrary } from "fast-check";
import type { Column, Row, TableSchema, Value } from "../../schemas/schema";

const TWO_63 = 2n ** 63n;

const digits = (n: number, width: number) => String(n).padStart(width, "0");

const date = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const time = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.option(fc.integer({ min: 1, max: 999_999 }), { nil: undefined }))
  .map(([h, m, s, f]) => `${digits(h, 2)}:${digits(m, 2)}:${digits(s, 2)}${f === undefined ? "" : `.${digits(f, 6)}`}`);
const datetime = fc.tuple(date, time).map(([day, clock]) => `${day}T${clock}`);
const timestamp = datetime.map((civil) => `${civil}Z`);

/** Canonical decimals with at most so many digits before and behind the point. */
function decimal(whole: number, scale: number): Arbitrary<string> {
  const part = (most: number) => fc.array(fc.nat(9), { maxLength: most }).map((list) => list.join(""));
  return fc.tuple(fc.boolean(), part(whole), part(scale)).map(([negative, before, behind]) => {
    const head = before.replace(/^0+/, "") || "0";
    const tail = behind.replace(/0+$/, "");
    const unsigned = tail === "" ? head : `${head}.${tail}`;
    return negative && unsigned !== "0" ? `-${unsigned}` : unsigned;
  });
}

function interval(): Arbitrary<string> {
  const sign = fc.constantFrom(1, -1);
  return fc
    .tuple(
      sign,
      fc.nat(9999),
      fc.nat(11),
      fc.integer({ min: -3_660_000, max: 3_660_000 }),
      sign,
      fc.nat(87_839_999),
      time,
    )
    .map(([calendar, years, months, days, clock, hours, rest]) => {
      const [, minutes = "", seconds = ""] = rest.split(":");
      const [whole = "", fraction = ""] = seconds.split(".");
      const micros = fraction.replace(/0+$/, "");
      const zeroClock = hours === 0 && +minutes === 0 && +seconds === 0;
      const head = `${calendar < 0 && years + months > 0 ? "-" : ""}${years}-${months}`;
      const tail = `${hours}:${+minutes}:${+whole}${micros === "" ? "" : `.${micros}`}`;
      return `${head} ${days} ${clock < 0 && !zeroClock ? "-" : ""}${tail}`;
    });
}

function range(element: Arbitrary<string>): Arbitrary<Row> {
  const order = (bound: string) => bound.replace("Z", "");
  return fc
    .uniqueArray(element, { minLength: 2, maxLength: 2, selector: order })
    .map((pair) => pair.sort((a, b) => (order(a) < order(b) ? -1 : 1)))
    .chain(([start, end]) =>
      fc.constantFrom<Row>({ start: start!, end: end! }, { start: null, end: end! }, { start: start!, end: null }),
    );
}

function element(column: Column): Arbitrary<Value> {
  const { type, maxLength = 30, precision, scale = 0, fields, rangeElementType } = column;
  switch (type) {
    case "STRING":
      return fc.string({ unit: "binary", maxLength: Math.min(maxLength, 30) }).filter(isText);
    case "BYTES":
      return fc.uint8Array({ maxLength: Math.min(maxLength, 30) });
    case "INT64":
      return fc.bigInt({ min: -TWO_63, max: TWO_63 - 1n });
    case "FLOAT64":
      return fc.double();
    case "NUMERIC":
      return precision === undefined ? decimal(29, 9) : decimal(precision - scale, scale);
    case "BIGNUMERIC":
      return precision === undefined ? decimal(38, 38) : decimal(precision - scale, scale);
    case "BOOL":
      return fc.boolean();
    case "DATE":
      return date;
    case "TIME":
      return time;
    case "DATETIME":
      return datetime;
    case "TIMESTAMP":
      return timestamp;
    case "JSON":
      return fc.json({ stringUnit: "grapheme" }).filter((json) => json !== "null");
    case "GEOGRAPHY":
      return fc.tuple(fc.nat(90), fc.nat(90)).map(([x, y]) => `POINT(${x} ${y})`);
    case "INTERVAL":
      return interval();
    case "RANGE":
      return range(element({ ...column, type: rangeElementType! }) as Arbitrary<string>);
    case "RECORD":
      return row(fields!);
  }
}

function value(column: Column): Arbitrary<Value> {
  const one = element(column);
  if (column.mode === "REPEATED") return fc.array(one, { maxLength: 3 });
  return column.mode === "REQUIRED" ? one : fc.option(one, { nil: null, freq: 8 });
}

function row(columns: readonly Column[]): Arbitrary<Row> {
  return fc.record(Object.fromEntries(columns.map((column) => [column.name, value(column)])), {
    noNullPrototype: true,
  }) as Arbitrary<Row>;
}

export const arbitraryRow = (schema: TableSchema): Arbitrary<Row> => row(schema.columns);

export const isText = (candidate: string) => Buffer.from(candidate).toString() === candidate;

/** A row as a publisher would write it: JSON text, INT64 and decimals as bare numbers. */
export function toJsonText(columns: readonly Column[], values: Row): string {
  const members = columns.map((column) => `${JSON.stringify(column.name)}:${valueText(column, values[column.name]!)}`);
  return `{${members.join(",")}}`;
}

function valueText(column: Column, given: Value): string {
  if (given === null) return "null";
  if (column.mode === "REPEATED") {
    return `[${(given as readonly Value[]).map((one) => valueText({ ...column, mode: "NULLABLE" }, one)).join(",")}]`;
  }
  switch (column.type) {
    case "RECORD":
      return toJsonText(column.fields!, given as Row);
    case "RANGE":
      return JSON.stringify(given);
    case "BYTES":
      return JSON.stringify(Buffer.from(given as Uint8Array).toString("base64"));
    case "FLOAT64":
      return Number.isFinite(given) ? (Object.is(given, -0) ? "-0" : String(given)) : JSON.stringify(String(given));
    case "INT64":
    case "NUMERIC":
    case "BIGNUMERIC":
    case "JSON":
      return String(given);
    default:
      return JSON.stringify(given);
  }
}
