import { type ColumnType, SchemaError } from "./schema";

interface Parameters {
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** maxLength, precision and scale of a field, held against BigQuery's bounds [Parameterized data types]. Throws SchemaError. */
export function checkParameters(field: Record<string, unknown>, type: ColumnType, at: string): Parameters {
  const maxLength = whole(field, "maxLength", at, 1);
  const precision = whole(field, "precision", at, 1);
  const scale = whole(field, "scale", at, 0);
  if (maxLength !== undefined && type !== "STRING" && type !== "BYTES") {
    throw new SchemaError("WRONG_PARAMETER", at, "has a maxLength, but is neither STRING nor BYTES");
  }
  checkTimestampPrecision(field, type, at);
  if (precision !== undefined || scale !== undefined) checkDecimal(type, precision, scale, at);
  return {
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  };
}

/** Twelve digits would be picoseconds, which a row does not hold. */
function checkTimestampPrecision(field: Record<string, unknown>, type: ColumnType, at: string): void {
  const digits = whole(field, "timestampPrecision", at, 0);
  if (digits === undefined) return;
  if (type !== "TIMESTAMP") {
    throw new SchemaError("WRONG_PARAMETER", at, "has a timestampPrecision, but is no TIMESTAMP");
  }
  if (digits !== 6)
    throw new SchemaError("NOT_HONOURED", at, `has the timestampPrecision ${digits}: only 6 is done here`);
}

function checkDecimal(type: ColumnType, precision: number | undefined, scale = 0, at: string): void {
  if (type !== "NUMERIC" && type !== "BIGNUMERIC") {
    throw new SchemaError("WRONG_PARAMETER", at, "has a precision or a scale, but is neither NUMERIC nor BIGNUMERIC");
  }
  if (precision === undefined) throw new SchemaError("WRONG_PARAMETER", at, "has a scale without a precision");
  const [mostScale, mostWhole] = type === "NUMERIC" ? [9, 29] : [38, 38];
  if (scale > mostScale || precision < Math.max(1, scale) || precision > scale + mostWhole) {
    throw new SchemaError(
      "WRONG_PARAMETER",
      at,
      `has precision ${precision} and scale ${scale}: out of ${type}'s bounds`,
    );
  }
}

/** The REST interface writes an int64 as a string. */
function whole(field: Record<string, unknown>, name: string, at: string, least: number): number | undefined {
  const given = field[name];
  if (given === undefined) return undefined;
  const value = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    throw new SchemaError(
      "WRONG_PARAMETER",
      at,
      `has the ${name} ${JSON.stringify(given)}, which is no whole number from ${least}`,
    );
  }
  return value;
}
