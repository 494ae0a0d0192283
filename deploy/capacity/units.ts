/** Bytes and rates as people write them. GB is 10^9 bytes, GiB 2^30: 7% apart, and quotas are given in both. */
import { CapacityError } from "./assumptions";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Bytes of `1GiB`, `200 MB`, `433`. Undefined where it is none. */
export function bytesOf(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*?)(?:\/s)?\s*$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  const value = factor === undefined ? 0 : Number(number) * factor;
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** Bytes a second. Throws CapacityError. */
export function rateOf(text: string): number {
  const rate = bytesOf(text);
  if (rate !== undefined) return rate;
  throw new CapacityError(
    "BAD_RATE",
    `RATE ${text} is no rate: 1GiB, 200MB, a second; ${Object.keys(UNITS).slice(1).join(", ")}`,
  );
}

/** Pub/Sub's own limit. */
export const LARGEST_MESSAGE = 10e6;

/** Throws CapacityError. */
export function messageBytesOf(text: string): number {
  const bytes = bytesOf(text);
  if (bytes !== undefined && bytes >= 1 && bytes <= LARGEST_MESSAGE) return bytes;
  throw new CapacityError("BAD_SIZE", `MESSAGE_BYTES ${text} is no size of a message: 1 byte to Pub/Sub's 10 MB`);
}

const ROUND = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
] as const;

/** `1.07 GB` */
export function inBytes(bytes: number): string {
  const [unit, factor] = ROUND.find(([, least]) => bytes >= least) ?? ["B", 1];
  return `${(bytes / factor).toPrecision(3)} ${unit}`;
}
