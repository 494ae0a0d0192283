/** What the workers are fed: generated bank messages of 433 bytes, as the elements of data messages. */
import { compileGenerator } from "../../../generator/record";
import { loadTableSchema } from "../../../schemas/load";

const DISTINCT = 10_000;
/** Bytes of one data message, as Dataflow and Prism make them. */
const MESSAGE = 1 << 20;

/** The header of a windowed value: a time of its own, one global window, the only firing; then the bytes with their length. */
function element(data: Uint8Array, index: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeBigInt64BE(BigInt(1_700_000_000_000 + 3 * index), 0);
  head[0]! ^= 0x80;
  head[11] = 1;
  head[12] = 0x0f;
  return Buffer.concat([head, Buffer.of((data.length & 127) | 128, data.length >> 7), data]);
}

let elements: Buffer[] | undefined;

function distinct(): Buffer[] {
  if (elements === undefined) {
    const generator = compileGenerator(loadTableSchema("schemas/cc_account_info.json"), { seed: 1, locale: "en_GB" });
    elements = [];
    while (elements.length < DISTINCT) {
      const data = generator.next();
      // The stage reads by JSON.parse, which is exact for cards of up to 15 digits and most of 16.
      if (Number.isSafeInteger(JSON.parse(data.toString()).credit_card)) elements.push(element(data, elements.length));
    }
  }
  return elements;
}

/** `count` elements as data messages of about a megabyte. */
export function dataOf(count: number): Buffer[] {
  const all = distinct();
  const messages: Buffer[] = [];
  let [parts, bytes]: [Buffer[], number] = [[], 0];
  for (let index = 0; index < count; index++) {
    const part = all[index % DISTINCT]!;
    parts.push(part);
    bytes += part.length;
    if (bytes >= MESSAGE || index === count - 1) {
      messages.push(Buffer.concat(parts));
      [parts, bytes] = [[], 0];
    }
  }
  return messages;
}
