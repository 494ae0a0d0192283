import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./composite";
import { type PCollection, type Root, withName } from "../sdk/beam";
import { pythonTransform } from "../sdk/cross-language";

/** The composite of `file` in `pipeline/python/`; `args` is what it is constructed with. Throws ExpansionError when it is applied. */
export function inPython<I extends Root | PCollection<unknown>, O>(
  file: string,
  args: Readonly<Record<string, string>>,
  { expansion }: Context,
) {
  const source = readFileSync(join(__dirname, "../python", file), "utf8");
  return withName("python", pythonTransform<I, PCollection<O>>(source, args, expansion.python!));
}
