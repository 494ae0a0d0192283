/** The arrows of docs/architecture.md, held by the import statements of every source file. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What each room may import of the others, and of packages and Node's modules; `*` is everything. */
const ROOMS: Record<string, { rooms: readonly string[]; packages: readonly string[] }> = {
  transforms: { rooms: ["schemas"], packages: ["node:buffer"] },
  schemas: { rooms: ["transforms/refusal"], packages: [] },
  generator: { rooms: ["schemas"], packages: ["*"] },
  pipeline: { rooms: ["transforms", "schemas", "deploy/deployment", "deploy/rules"], packages: ["*"] },
  test: { rooms: ["*"], packages: ["*"] },
};
/** The files that are allowed more, by name. */
const EXCEPTIONS: Record<string, readonly string[]> = { "schemas/load.ts": ["node:fs"] };
/** Only this room reaches into the Beam SDK. */
const SDK = "pipeline/sdk/";

/** What is wrong with the imports of `file`, whose text is `source`. */
function brokenArrows(file: string, source: string): string[] {
  const room = file.split("/")[0]!;
  const allowed = ROOMS[room];
  if (allowed === undefined) return [`${file} is in no room`];
  return importsOf(source).flatMap((from) => {
    if (isBeam(from) && !file.startsWith(SDK) && room !== "test") return [`${file} imports ${from}: only ${SDK} may`];
    if (!from.startsWith("."))
      return isAllowed(from, [...allowed.packages, ...(EXCEPTIONS[file] ?? [])]) ? [] : [`${file} imports ${from}`];
    const target = relative(".", join(dirname(file), from));
    const inside = target === room || target.startsWith(`${room}/`);
    return inside || isAllowed(target, allowed.rooms) ? [] : [`${file} imports ${target}`];
  });
}

const isBeam = (from: string) => from === "apache-beam" || from.startsWith("apache-beam/");

function isAllowed(target: string, list: readonly string[]): boolean {
  return list.some((one) => one === "*" || target === one || target.startsWith(`${one}/`));
}

function importsOf(source: string): string[] {
  const statements = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire\(\s*)["']([^"']+)["']/g;
  return [...source.matchAll(statements)].map(([, from]) => from!);
}

describe("the imports", () => {
  it("follow the arrows of the architecture", () => {
    const rooms = Object.keys(ROOMS).filter((room) => readdirSync(".").includes(room));
    const files = rooms.flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${room}/${name}`),
    );
    assert.ok(files.length > 40);
    assert.deepEqual(
      files.flatMap((file) => brokenArrows(file, readFileSync(file, "utf8"))),
      [],
    );
  });

  const broken: Record<string, string> = {
    "transforms/a.ts": 'import { x } from "../pipeline/ledger";',
    "transforms/b.ts": 'import { readFileSync } from "node:fs";',
    "transforms/c.ts": 'const fs = require("fs");',
    "schemas/a.ts": 'import type { Message } from "../transforms/message";',
    "schemas/b.ts": 'import duckdb from "@duckdb/node-api";',
    "generator/a.ts": 'export { toDeadLetter } from "../transforms/dead-letter";',
    "pipeline/a.ts": 'import * as beam from "apache-beam";',
    "pipeline/endpoints/a.ts": 'import { x } from "apache-beam/worker/operators";',
    "pipeline/runners/b.ts": 'import { x } from "../../deploy/change/apply";',
    "pipeline/c.ts": 'await import("../test/support/skip");',
    "elsewhere/a.ts": "",
  };
  for (const [file, source] of Object.entries(broken)) {
    it(`are refused where an arrow is broken: ${source || file}`, () => {
      assert.equal(brokenArrows(file, source).length, 1);
    });
  }
});
