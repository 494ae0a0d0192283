/** Every regular expression that is written in the product's sources, by TypeScript's syntax tree. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface Expression {
  /** `schemas/times.ts:12` */
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

const ROOMS = ["pipeline", "transforms", "schemas", "deploy", "generator"];

export function expressions(): Expression[] {
  return ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => join(room, name)),
  )
    .filter((file) => file.endsWith(".ts"))
    .flatMap(expressionsOf);
}

function expressionsOf(file: string): Expression[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, false);
  const found: Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, pattern = "", flags = ""] = /^\/(.*)\/(\w*)$/s.exec(node.text)!;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ at: `${file}:${line + 1}`, source: pattern, flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
