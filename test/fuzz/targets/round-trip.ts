/** A message as a dead letter, on a disk, read again by whoever operates, and restored: it must be the same message. */
import { isDeepStrictEqual } from "node:util";
import { letterOfLine } from "../../../deploy/operate/letter";
import { restored } from "../../../deploy/operate/restore";
import type { DeadLetter } from "../../../transforms/dead-letter";
import { toDeadLetter } from "../../../transforms/dead-letter";
import type { Message } from "../../../transforms/message";
import { Refusal, type RefusalStage } from "../../../transforms/refusal";
import { mustHold } from "../target";

/** As endpoints/dead-letter-file.ts writes it. */
const lineOf = ({ data, attributes, orderingKey }: DeadLetter) =>
  JSON.stringify({
    data: Buffer.from(data).toString("base64"),
    attributes,
    ...(orderingKey !== "" && { orderingKey }),
  });

const bytes = (text: string) => Buffer.byteLength(text);

/** Pub/Sub's limits of a message. Attributes that a dead letter has no room for are counted. */
export function holdsRoundTrip(message: Message, refusal: Refusal, stage: RefusalStage): void {
  const letter = toDeadLetter(message, refusal, stage, "a schema");
  const entries = Object.entries(letter.attributes);
  mustHold(entries.length <= 100, "a dead letter has more than 100 attributes");
  mustHold(
    entries.every(([name, value]) => name !== "" && bytes(name) <= 256 && bytes(value) <= 1024),
    "a dead letter has an attribute that Pub/Sub refuses",
  );
  const read = letterOfLine(lineOf(letter), 1, "a file");
  mustHold(Buffer.from(read.data).equals(message.data), "a dead letter's bytes are other ones");
  mustHold(
    read.id === message.messageId && read.reason === refusal.reason,
    "a dead letter says another message or reason",
  );
  // What is restored is what a parser takes: one that takes everything.
  const again = restored(read, () => ({}), []);
  mustHold(stage === "decode" || !(again instanceof Refusal), "what was text cannot be restored");
  if (again instanceof Refusal) return;
  mustHold(Buffer.from(again.data).equals(message.data) && !again.isMended, "what is restored has other bytes");
  mustHold(again.orderingKey === message.orderingKey, "what is restored has another ordering key");
  if (letter.attributes.original_attributes_left_out === undefined) holdAttributes(message, again.attributes);
}

const OWN = ["source_message_id", "source_publish_time"];

/** A dead letter that comes back is restored as the message that it was at first. */
function holdAttributes({ attributes }: Message, again: Readonly<Record<string, string>>): void {
  const isShort = ([name, value]: [string, string]) => bytes(name) <= 240 && bytes(value) <= 1024;
  const given = Object.entries(attributes).filter((one) => isShort(one) && !isReserved(one[0]));
  for (const [name, value] of given) mustHold(again[name] === value, "an attribute is lost on its way");
  const isGiven = (name: string) => [name, `original_${name}`].some((one) => Object.hasOwn(attributes, one));
  const more = Object.keys(again).filter((name) => !OWN.includes(name) && !isGiven(name));
  mustHold(
    isDeepStrictEqual(
      more.filter((name) => bytes(name) <= 240),
      [],
    ),
    "an attribute is there that nobody gave",
  );
}

/** Words that a dead letter has for itself: a publisher's own of these names give way. */
const RESERVED =
  /^(?:error_(?:reason|stage|column)|schema(?:_version)?|source_.*|original_.*|attributes_left_out|ordering_key)$/s;
const isReserved = (name: string) => RESERVED.test(name);
