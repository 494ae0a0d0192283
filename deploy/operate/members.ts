/** A JSON object's members with their values as they are written: what is not touched stays as it was, to the last digit. */
import { JsonReader } from "../../schemas/json-reader";

export interface Member {
  readonly name: string;
  /** JSON text. */
  readonly value: string;
}

const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;

/** The members of a text that is one JSON object; undefined where it is something else. */
export function membersOf(text: string): Member[] | undefined {
  return whole(text, OPEN_BRACE, (reader) => {
    const members: Member[] = [];
    for (let index = 0; reader.next(125, index); index++) {
      const name = reader.string();
      reader.expect(58);
      members.push({ name, value: rawValue(reader) });
    }
    return members;
  });
}

/** The elements of a text that is one JSON array; undefined where it is something else. */
export function elementsOf(text: string): string[] | undefined {
  return whole(text, OPEN_BRACKET, (reader) => {
    const elements: string[] = [];
    for (let index = 0; reader.next(93, index); index++) elements.push(rawValue(reader));
    return elements;
  });
}

export const isJson = (text: string) => whole(text, undefined, rawValue) !== undefined;

export const objectOf = (members: readonly Member[]) =>
  `{${members.map(({ name, value }) => `${JSON.stringify(name)}:${value}`).join(",")}}`;

/** Column names are the same in any case, as BigQuery's are. */
export const isNamed = (name: string) => (member: Member) => member.name.toLowerCase() === name.toLowerCase();

function rawValue(reader: JsonReader): string {
  reader.peek();
  const start = reader.pos;
  reader.skip();
  return reader.text.slice(start, reader.pos);
}

function whole<T>(text: string, opening: number | undefined, read: (reader: JsonReader) => T): T | undefined {
  const reader = new JsonReader(text);
  try {
    if (opening !== undefined && reader.peek() !== opening) return undefined;
    const found = read(reader);
    reader.end();
    return found;
  } catch {
    // The reader throws for one reason: it is no JSON.
    return undefined;
  }
}
