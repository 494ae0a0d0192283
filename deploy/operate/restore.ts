/** From a dead letter back to the message: as it was published, or mended; and whether a row can be made of it now. */
import { isUtf8 } from "node:buffer";
import type { RowParser } from "../../schemas/row-parser";
import { decode } from "../../transforms/decode";
import type { Message } from "../../transforms/message";
import { Refusal } from "../../transforms/refusal";
import type { Letter } from "./letter";
import { mended } from "./mend";
import type { Mend } from "./mend/kinds";

/** What is published: the original's data, attributes and ordering key, and where it comes from. */
export interface Again {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
  /** Whether the data is another than the original's. */
  readonly isMended: boolean;
}

const ORIGINAL = "original_";
/** Words of the pipeline's own behind the prefix: no attributes of the original. */
const OWN: ReadonlySet<string> = new Set([
  "attributes_left_out",
  "ordering_key",
  "source_message_id",
  "source_publish_time",
]);

/**
 * The message of a letter, with `mends` applied, or with `content` in place of its data; or why it would be refused again. Its
 * attributes are the original's, and `source_message_id` and `source_publish_time`: the first message of all.
 */
export function restored(
  letter: Letter,
  parse: RowParser,
  mends: readonly Mend[],
  content?: Uint8Array,
): Again | Refusal {
  const data = content ?? mendedData(letter.data, mends);
  if (data instanceof Refusal) return data;
  const decoded = decode({ data } as Message);
  if (decoded instanceof Refusal) return decoded;
  const row = parse(decoded.text);
  if (row instanceof Refusal) return row;
  return { data, ...envelope(letter), isMended: !Buffer.from(data).equals(letter.data) };
}

function mendedData(data: Uint8Array, mends: readonly Mend[]): Uint8Array | Refusal {
  if (mends.length === 0) return data;
  if (data.length === 0) return new Refusal("empty");
  if (!isUtf8(data)) return new Refusal("invalid_utf8");
  const text = mended(Buffer.from(data).toString(), mends);
  return text === undefined ? new Refusal("invalid_json") : Buffer.from(text);
}

function envelope({ attributes: kept, orderingKey, root, publishTime }: Letter) {
  const attributes: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(kept)) {
    const original = name.startsWith(ORIGINAL) ? name.slice(ORIGINAL.length) : undefined;
    if (original !== undefined && !OWN.has(original)) attributes[original] = value;
  }
  attributes.source_message_id = root;
  attributes.source_publish_time = kept.original_source_publish_time ?? publishTime;
  return { attributes, orderingKey: orderingKey || (kept.original_ordering_key ?? "") };
}

/** How many attributes of the original its dead letter had no room for: these cannot come back. */
export const attributesLeftOut = ({ attributes }: Letter) => Number(attributes.original_attributes_left_out ?? 0);
