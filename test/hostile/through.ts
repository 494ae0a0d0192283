/** What the pipeline does to one message, from its bytes to a row or a dead letter. */
import { compileRowParser } from "../../schemas/row-parser";
import type { TableSchema } from "../../schemas/schema";
import { toDeadLetter } from "../../transforms/dead-letter";
import { decode } from "../../transforms/decode";
import { Refusal } from "../../transforms/refusal";

export interface Through {
  /** `row`, or the reason. */
  readonly outcome: string;
  /** The row or the dead letter, which lives until it is written. */
  readonly made: unknown;
}

/** A parser that has seen nothing yet: what one message costs, others do not pay. */
export function throughPipeline(schema: TableSchema): (data: Uint8Array) => Through {
  const parse = compileRowParser(schema, { unknownColumns: "refuse" });
  return (data) => {
    const message = { data, attributes: {}, messageId: "1", publishTime: "2024-02-29T12:00:00Z", orderingKey: "" };
    const decoded = decode(message);
    const row = decoded instanceof Refusal ? decoded : parse(decoded.text);
    if (!(row instanceof Refusal)) return { outcome: "row", made: row };
    const stage = decoded instanceof Refusal ? "decode" : "parseRow";
    return { outcome: row.reason, made: toDeadLetter(message, row, stage, "a schema") };
  };
}
