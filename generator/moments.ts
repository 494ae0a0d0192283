import { from, join, pickFrom, type Source } from "./draw";
import type { Random } from "./random";

const MINUTES_OF_A_DAY = Array.from(
  { length: 1440 },
  (_, minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}:`,
);
const SECONDS = Array.from({ length: 60 }, (_, second) => two(second));

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** "2024-02-29": days of `years` years from `firstYear` on. A base year instead of today, for the same seed means the same dates. */
export function dates(random: Random, firstYear: number, years: number): Source {
  return pickFrom(random, days(firstYear, years));
}

/** "23:59:59" */
export function times(random: Random): Source {
  return join([pickFrom(random, MINUTES_OF_A_DAY), pickFrom(random, SECONDS)]);
}

/** "2024-02-29T23:59:59" */
export function dateTimes(random: Random, firstYear: number, years: number): Source {
  return join([dates(random, firstYear, years), "T", times(random)]);
}

/** With a fraction of six digits behind it in half of the cases. */
export function withMicroseconds(random: Random, source: Source): Source {
  const draw = source("");
  return from(() => (random.below(2) === 0 ? draw() : `${draw()}.${random.digits(6)}`));
}

function days(firstYear: number, years: number): string[] {
  const list: string[] = [];
  const end = Date.UTC(firstYear + years, 0, 1);
  for (let day = Date.UTC(firstYear, 0, 1); day < end; day += 86_400_000) {
    list.push(new Date(day).toISOString().slice(0, 10));
  }
  return list;
}
