/** What is published for a rehearsal: generated messages, and some whose rows only the table refuses. */
import { compileGenerator, type Generator } from "../../generator/record";
import type { TableSchema } from "../../schemas/schema";

export interface MessageSettings {
  readonly messages: number;
  /** The share of generated messages that is broken, 0 to 1. */
  readonly invalid: number;
  readonly seed: number;
}

export interface Composed {
  readonly data: Uint8Array;
  readonly attributes: Record<string, string>;
  readonly orderingKey: string;
}

/** The table requires this column and the schema does not: a message without it is a good row, which the table refuses. */
export const requiredByTable = ({ columns }: TableSchema) => columns.at(-1)!.name;
const REFUSED_ONE_IN = 50;
/** So many messages in a row have the same ordering key, as Pub/Sub wants it of one request. */
export const SAME_KEY = 100;

/** The same for the same settings. All have attributes and every other hundred an ordering key, which a dead letter has to keep. */
export function* compose(schema: TableSchema, { messages, invalid, seed }: MessageSettings): Iterable<Composed> {
  const generate = (columns: TableSchema, share: number): Generator =>
    compileGenerator(columns, { seed, locale: "en_GB", invalid: share, lines: false });
  const whole = generate(schema, invalid);
  const lacking = generate({ ...schema, columns: schema.columns.slice(0, -1) }, 0);
  for (let number = 1; number <= messages; number++) {
    const { next } = number % REFUSED_ONE_IN === 0 ? lacking : whole;
    yield {
      data: next(),
      attributes: { number: String(number), clé: "données à garder" },
      orderingKey: Math.floor((number - 1) / SAME_KEY) % 2 === 1 ? "customer" : "",
    };
  }
}
