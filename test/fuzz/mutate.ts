/** New inputs from old ones. All chance comes from one seed. */
import { drawsOf } from "../../deploy/compare/draws";

export type Chance = (below: number) => number;

/** Whole numbers below `below`. */
export function chanceOf(seed: number): Chance {
  const draw = drawsOf(seed);
  return (below) => (draw() * 2 ** 32) % below;
}

/** What breaks readers of anything. */
const USUAL = [
  ...[
    "0",
    "-1",
    "1e400",
    "9223372036854775808",
    "0.1234567891",
    "null",
    "true",
    '""',
    "{}",
    "[]",
    "\\u0000",
    "\\ud800",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "\u2028",
    "\ufeff",
    "😀",
    "é",
    "\n",
    "\r",
    "\t",
    " ",
    ",",
    ":",
    '"',
    "\\",
  ],
  ...["2024-02-30", "0000-01-01", "24:00:00", "=", "/", "..", "%00", "-", "+", "."],
];

interface Given {
  readonly corpus: readonly Uint8Array[];
  readonly words: readonly string[];
  readonly most: number;
}

/** One to eight changes, one after the other. */
export function mutated(input: Uint8Array, given: Given, chance: Chance): Uint8Array {
  let now = Buffer.from(input);
  for (let left = 1 << chance(4); left > 0; left--) {
    const kind = KINDS[chance(KINDS.length)]!;
    now = kind(now, given, chance);
  }
  return now.subarray(0, given.most);
}

type Bytes = Buffer<ArrayBuffer>;
type Kind = (now: Bytes, given: Given, chance: Chance) => Bytes;

function put(now: Bytes, at: number, cut: number, piece: Uint8Array): Bytes {
  return Buffer.concat([now.subarray(0, at), piece, now.subarray(at + cut)]);
}

const anywhere = (now: Buffer, chance: Chance) => chance(now.length + 1);
const short = (chance: Chance) => chance(1 << (1 + chance(6)));
const other = ({ corpus }: Given, chance: Chance) => corpus[chance(corpus.length)]!;

const word: Kind = (now, { words }, chance) => {
  const all = chance(2) === 0 && words.length > 0 ? words : USUAL;
  const cut = chance(2) === 0 ? 0 : short(chance);
  return put(now, anywhere(now, chance), cut, Buffer.from(all[chance(all.length)]!));
};

/** A name, a number or a text as a whole gives way to a word. */
const token: Kind = (now, { words }, chance) => {
  const found = [...now.toString("latin1").matchAll(/"[^"\n]*"|[\w.+-]+/g)];
  if (found.length === 0) return now;
  const { index, 0: text } = found[chance(found.length)]!;
  const all = chance(2) === 0 && words.length > 0 ? words : USUAL;
  return put(now, index, text.length, Buffer.from(all[chance(all.length)]!));
};

const KINDS: readonly Kind[] = [
  word,
  word,
  token,
  token,
  /** One bit, one byte. */
  (now, _, chance) => {
    if (now.length === 0) return now;
    const copy = Buffer.from(now);
    const at = chance(copy.length);
    copy[at] = chance(2) === 0 ? copy[at]! ^ (1 << chance(8)) : chance(256);
    return copy;
  },
  /** Something left out. */
  (now, _, chance) => put(now, anywhere(now, chance), short(chance), Buffer.alloc(0)),
  /** Something again, once or often. */
  (now, _, chance) => {
    const from = anywhere(now, chance);
    const piece = now.subarray(from, from + short(chance));
    const times = chance(8) === 0 ? chance(600) : 1;
    return put(now, from, 0, Buffer.concat(new Array<Buffer>(times).fill(piece)));
  },
  /** A piece of another input; the end of another input. */
  (now, given, chance) => {
    const piece = other(given, chance);
    const from = chance(piece.length + 1);
    return put(now, anywhere(now, chance), short(chance), piece.subarray(from, from + short(chance)));
  },
  (now, given, chance) => {
    const piece = other(given, chance);
    return Buffer.concat([now.subarray(0, anywhere(now, chance)), piece.subarray(chance(piece.length + 1))]);
  },
];
