/** Dead letters: the first line of the input is a fix file, the others are lines of a dead letter file. */
import { letterOfLine, type Letter } from "../../../deploy/operate/letter";
import { membersOf } from "../../../deploy/operate/members";
import { fixOf, mendsOf } from "../../../deploy/operate/mend";
import type { Mend } from "../../../deploy/operate/mend/kinds";
import { restored } from "../../../deploy/operate/restore";
import { shown, shownAsText } from "../../../deploy/operate/show";
import { OperateError } from "../../../deploy/operate/trouble";
import { loadTableSchema } from "../../../schemas/load";
import { compileRowParser } from "../../../schemas/row-parser";
import { decode } from "../../../transforms/decode";
import type { Message } from "../../../transforms/message";
import { Refusal } from "../../../transforms/refusal";
import { type FuzzTarget, mustHold, refusedOr } from "../target";
import { holdsRoundTrip } from "./round-trip";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const parse = compileRowParser(BANK, { unknownColumns: "refuse" });

export const letters: FuzzTarget = {
  name: "letters",
  sources: /\/deploy\/operate\/(?:letter|members|mend|restore|show)|\/transforms\//,
  words: [
    ...[
      '"op"',
      '"rename"',
      '"drop"',
      '"set"',
      '"default"',
      '"trim"',
      '"text"',
      '"date"',
      '"strip_byte_order_mark"',
      '"column"',
      '"to"',
    ],
    ...[
      '"value"',
      '"form"',
      '"DD/MM/YYYY"',
      '"YYYYMMDD"',
      "=",
      '"name"',
      "credit_card",
      '"data"',
      '"attributes"',
      '"orderingKey"',
    ],
    ...[
      "source_message_id",
      "source_publish_time",
      "error_reason",
      "error_stage",
      "error_column",
      "original_",
      "eyJuYW1lIjoiQWRhIn0=",
      "e30",
      "77u/e30=",
    ],
  ],
  most: 4096,
  run(input) {
    const [first = "", ...lines] = Buffer.from(input).toString().split("\n");
    const fix = refusedOr([OperateError], () => (first.startsWith("[") ? mendsOf(first) : [fixOf(first)]));
    const mends = fix instanceof Error ? [] : (fix as Mend[]);
    const outcomes = lines.map((line, at) => oneLine(line, at + 1, mends));
    return [fix instanceof OperateError ? fix.code : `${mends.length > 0} mends`, ...new Set(outcomes)].join(" ");
  },
};

function oneLine(line: string, number: number, mends: readonly Mend[]): string {
  const read = refusedOr([OperateError], () => letterOfLine(line, number, "file"));
  if (read instanceof OperateError) {
    mustHold(read.code === "NOT_DEAD_LETTERS", "a line of a file is refused as something else");
    mustHold(read.message.length < 100, "the message has more than the line's number");
    return read.code;
  }
  const letter = read as Letter;
  holdBytes(letter, line);
  const message: Message = {
    data: letter.data,
    attributes: letter.attributes,
    messageId: "2",
    publishTime: "2024-02-29T12:00:01Z",
    orderingKey: letter.orderingKey,
  };
  // It may come back through the pipeline as it is, and be refused again.
  if (isTaken(message)) {
    const isText = !(decode(message) instanceof Refusal);
    holdsRoundTrip(message, new Refusal("wrong_type", "name"), isText ? "parseRow" : "decode");
  }
  shownAsText(shown(letter, BANK, true));
  holdMasked(shownAsText(shown(letter, BANK, false)), letter);
  const again = restored(letter, parse, mends);
  if (again instanceof Refusal) return again.reason;
  mustHold(mends.length > 0 || !again.isMended, "what nobody mends is mended");
  return again.isMended ? "mended" : "restored";
}

/** Replaying anything else than what the line holds would lose it. */
function holdBytes({ data }: Letter, line: string): void {
  const { data: written = "" } = JSON.parse(line) as { data?: string };
  const plain = (base64: string) => base64.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  mustHold(
    plain(Buffer.from(data).toString("base64")) === plain(written),
    "the bytes of a letter are not what its line says",
  );
}

/** What Pub/Sub takes at all. */
function isTaken({ attributes }: Message): boolean {
  const entries = Object.entries(attributes);
  const fits = ([name, value]: [string, string]) =>
    name !== "" && Buffer.byteLength(name) <= 256 && Buffer.byteLength(value) <= 1024;
  return entries.length <= 100 && entries.every(fits) && isWellFormed(JSON.stringify(attributes));
}
const isWellFormed = (json: string) => !/\\ud[89a-f]/i.test(json);

/** A number of six digits and more in a text that a personal or a refused column holds. */
function holdMasked(screen: string, { data }: Letter): void {
  for (const { name, value } of membersOf(Buffer.from(data).toString()) ?? []) {
    const column = BANK.columns.find((one) => one.name === name.toLowerCase());
    const [digits] = /\d{6,}/.exec(value) ?? [];
    if (column?.personal && digits !== undefined) mustHold(!screen.includes(digits), "a screen shows a personal value");
  }
}
