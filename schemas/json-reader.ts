/**
 * A strict reader of JSON text (RFC 8259) for callers that know what they expect: no value is made that nobody asked for, and numbers
 * stay text, so that they stay exact. Whatever is not JSON is thrown as `INVALID_JSON`; nothing else is ever thrown.
 */
import { Refusal } from "../transforms/refusal";

export const INVALID_JSON = new Refusal("invalid_json");

/** BigQuery reads JSON up to 500 levels deep [Work with JSON data]. */
export const MOST_LEVELS = 500;

const QUOTE = 34;
const BACKSLASH = 92;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

export class JsonReader {
  pos = 0;

  constructor(readonly text: string) {}

  /** The code of the next character that is not white space; NaN at the end. */
  peek(): number {
    let code = this.text.charCodeAt(this.pos);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.text.charCodeAt(++this.pos);
    return code;
  }

  /** Reads one character that must stand here, after white space. */
  expect(code: number): void {
    if (this.peek() !== code) throw INVALID_JSON;
    this.pos += 1;
  }

  /** Reads `true`, `false` or `null`. */
  word(word: string): void {
    if (!this.text.startsWith(word, this.pos)) throw INVALID_JSON;
    this.pos += word.length;
  }

  /** A number as it is written; RFC 8259 has no leading zeros, no plus sign and no NaN. */
  number(): string {
    return this.plainInteger() ?? this.anyNumber();
  }

  /** Digits between which and what follows nothing can be wrong: an expression leaves 80 bytes behind for each number. */
  private plainInteger(): string | undefined {
    const { text, pos } = this;
    let at = pos;
    let code = text.charCodeAt(at);
    const isZero = code === 48;
    while (code >= 48 && code <= 57) code = text.charCodeAt(++at);
    if (at === pos || (isZero && at > pos + 1) || (code !== 44 && code !== 93 && code !== 125)) return undefined;
    this.pos = at;
    return text.slice(pos, at);
  }

  private anyNumber(): string {
    NUMBER.lastIndex = this.pos;
    if (!NUMBER.test(this.text)) throw INVALID_JSON;
    const start = this.pos;
    this.pos = NUMBER.lastIndex;
    return this.text.slice(start, this.pos);
  }

  /** The content of the string whose quote stands here. A lone surrogate is no text: it cannot be UTF-8. */
  string(): string {
    const { text } = this;
    if (text.charCodeAt(this.pos) !== QUOTE) throw INVALID_JSON;
    const start = this.pos + 1;
    let at = start;
    let code = text.charCodeAt(at);
    while (code > 31 && code !== QUOTE && code !== BACKSLASH) code = text.charCodeAt(++at);
    if (code !== QUOTE) return this.escaped(start);
    this.pos = at + 1;
    return text.slice(start, at);
  }

  private escaped(start: number): string {
    let end = start;
    for (let code = this.text.charCodeAt(end); code !== QUOTE; code = this.text.charCodeAt(++end)) {
      if (code === BACKSLASH) end += 1;
      else if (Number.isNaN(code)) throw INVALID_JSON;
    }
    const content = unescaped(this.text.slice(start - 1, end + 1));
    if (!isWellFormed(content)) throw INVALID_JSON;
    this.pos = end + 1;
    return content;
  }

  /** Passes over any one value. */
  skip(level = 0): void {
    if (level > MOST_LEVELS) throw INVALID_JSON;
    switch (this.peek()) {
      case QUOTE:
        this.string();
        break;
      case 123: // {
        for (let index = 0; this.next(125, index); index++) {
          this.string();
          this.expect(58);
          this.skip(level + 1);
        }
        break;
      case 91: // [
        for (let index = 0; this.next(93, index); index++) this.skip(level + 1);
        break;
      case 116:
        this.word("true");
        break;
      case 102:
        this.word("false");
        break;
      case 110:
        this.word("null");
        break;
      default:
        this.number();
    }
  }

  /**
   * Steps to the next of the members that stand between brackets, the first with `index` 0: past the bracket or the comma before it.
   * False where `close` ends them, which is read too.
   */
  next(close: number, index: number): boolean {
    if (index === 0) this.pos += 1;
    const code = this.peek();
    if (code === close) {
      this.pos += 1;
      return false;
    }
    if (index === 0) return true;
    if (code !== 44) throw INVALID_JSON;
    this.pos += 1;
    this.peek();
    return true;
  }

  /** Throws where anything but white space follows. */
  end(): void {
    if (!Number.isNaN(this.peek())) throw INVALID_JSON;
  }
}

/** `quoted`: from quote to quote. */
function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    throw INVALID_JSON;
  }
}

/** `String.prototype.isWellFormed`, which Node 20 has and TypeScript's ES2022 does not know. */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}
