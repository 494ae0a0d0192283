import type { TableSchema } from "../schemas/schema";
import { bank } from "./bank";
import { type BrokenKind, brokenKinds, type Compose } from "./broken";
import { whole } from "./draw";
import { Random } from "./random";
import { Slab } from "./slab";
import { columnValues } from "./values";

export interface GeneratorOptions {
  /** An integer from 0 to 2^32 - 1: the same seed, schema, locale and share give the same bytes on every machine. */
  readonly seed: number;
  /** One of faker's, `en_GB`. */
  readonly locale: string;
  /** The share of broken messages, 0 to 1. */
  readonly invalid?: number;
  /** Only messages that stand on a line of their own: no empty ones. */
  readonly lines?: boolean;
}

export interface Generator {
  /** The next message's data: one record as compact JSON in UTF-8, its columns in the schema's order; or a broken one. */
  next(): Uint8Array;
  /** How many of each kind of broken message there were. */
  readonly broken: ReadonlyMap<string, number>;
}

/**
 * Compiles a schema to a generator of messages, quick because faker is asked for its vocabulary only once and the records
 * put text together. Throws UnknownLocaleError.
 */
export function compileGenerator(schema: TableSchema, options: GeneratorOptions): Generator {
  const random = new Random(options.seed);
  const breaker = new Random(options.seed, 1);
  const share = options.invalid ?? 0;
  const compose = recordComposer(schema, random, options.locale);
  const kinds: readonly BrokenKind[] = brokenKinds(schema).filter((kind) => kind.line || !options.lines);
  const slab = new Slab();
  const broken = new Map<string, number>();

  return {
    broken,
    next() {
      if (share === 0 || !breaker.chance(share)) return slab.utf8(compose.record());
      const kind = breaker.pick(kinds);
      broken.set(kind.name, (broken.get(kind.name) ?? 0) + 1);
      return kind.make(compose, breaker);
    },
  };
}

function recordComposer(schema: TableSchema, random: Random, locale: string): Compose {
  const customers = bank(random, locale);
  const values = schema.columns.map((column) => columnValues(random, column, customers.column));
  const names = schema.columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const quote = (index: number) => (values[index]?.quoted ? '"' : "");
  const draws = values.map(({ source }, index) => {
    const before = index === 0 ? "{" : `${quote(index - 1)},`;
    return source(before + names[index]! + quote(index));
  });
  const end = `${quote(names.length - 1)}}`;
  const wholes = values.map(whole);

  return {
    record() {
      customers.nextCustomer();
      let text = "";
      for (let index = 0; index < draws.length; index++) text += draws[index]!();
      return text + end;
    },
    recordWith(at, value) {
      customers.nextCustomer();
      return `{${wholes.map((drawn, index) => names[index]! + (index === at ? value : drawn())).join()}}`;
    },
  };
}
