/** The inputs that are kept: one file a target, one input a line, as a JSON string whose characters are the input's bytes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const FOLDER = join(__dirname, "corpus");

export const corpusFile = (target: string, folder = FOLDER) => join(folder, `${target}.jsonl`);

/** The inputs of a target; none where it has no file. */
export function readCorpus(target: string, folder = FOLDER): Buffer[] {
  const file = corpusFile(target, folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").slice(0, -1).map(inputOfLine);
}

export const inputOfLine = (line: string) => Buffer.from(JSON.parse(line) as string, "latin1");

/** UTF-8 is not left as it is: a line says every byte, and whatever it is. */
export const lineOfInput = (input: Uint8Array) =>
  `${asciiOnly(JSON.stringify(Buffer.from(input).toString("latin1")))}\n`;

const asciiOnly = (json: string) =>
  json.replaceAll(/[\u007f-\u00ff]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
