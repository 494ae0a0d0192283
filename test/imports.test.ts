/** The arrows of docs/architecture.md, held by the import statements of every source file. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * What each room may import of the others, and of packages and Node's modules; `*` is everything. Of `types` it may import types
 * alone. A room within a room says which of that room it knows.
 */
interface Room {
  readonly rooms: readonly string[];
  readonly types?: readonly string[];
  readonly packages: readonly string[];
}
const PIPELINE = ["transforms", "schemas", "deploy/defects", "deploy/deployment", "deploy/rules"];
const OBSERVE = ["deploy/resources", "deploy/walk", "deploy/run", "deploy/deployment", "deploy/rules", "schemas"];
const ROOMS: Record<string, Room> = {
  transforms: { rooms: [], types: ["schemas"], packages: ["node:buffer"] },
  schemas: { rooms: ["transforms/refusal"], packages: [] },
  // How a process ends, and files of this machine: for every program.
  "deploy/defects": { rooms: [], packages: [] },
  "deploy/files": { rooms: ["schemas"], packages: ["*"] },
  generator: { rooms: ["deploy/defects", "deploy/files", "schemas"], packages: ["*"] },
  pipeline: { rooms: ["deploy/files", ...PIPELINE], packages: ["*"] },
  "pipeline/graph": { rooms: ["pipeline/ends", "pipeline/sdk", "pipeline/steps", ...PIPELINE], packages: [] },
  "pipeline/endpoints": { rooms: ["pipeline/log", "deploy/files", ...PIPELINE], packages: ["*"] },
  "pipeline/sdk": { rooms: PIPELINE, packages: ["*"] },
  deploy: { rooms: ["deploy/files", "schemas"], packages: ["*"] },
  "deploy/deployment": { rooms: [], packages: [] },
  "deploy/rules": { rooms: ["deploy/deployment"], packages: [] },
  "deploy/resources": { rooms: ["deploy/deployment", "deploy/rules", "schemas"], packages: [] },
  "deploy/walk": { rooms: ["deploy/resources", "schemas"], packages: ["node:util"] },
  "deploy/run": { rooms: ["deploy/files/output", "deploy/resources"], packages: ["*"] },
  "deploy/observe": { rooms: OBSERVE, packages: ["node:crypto", "node:fs", "node:os", "node:path"] },
  "deploy/attest": {
    rooms: ["deploy/observe/audit/model", ...OBSERVE],
    packages: ["node:crypto", "node:fs", "node:os", "node:path"],
  },
  // It fetches nothing: whom to trust is an argument.
  "deploy/attest/verify": { rooms: ["deploy/attest/dsse", "deploy/attest/statement"], packages: ["node:crypto"] },
  "deploy/report": { rooms: ["deploy/observe/audit/model"], packages: ["node:crypto"] },
  "deploy/report/pdf": { rooms: ["deploy/files/output"], packages: ["*"] },
  // It reads and publishes messages, and makes, changes and removes no resource.
  "deploy/operate": {
    rooms: ["deploy/files", "transforms", "deploy/command-line", "deploy/settings", "deploy/observe", ...OBSERVE],
    packages: [
      "@google-cloud/pubsub",
      "@duckdb/node-api",
      "@grpc/grpc-js",
      "google-auth-library",
      "node:buffer",
      "node:fs",
      "node:path",
      "yargs",
    ],
  },
  "deploy/change": { rooms: ["deploy/files/output", "deploy/observe", ...OBSERVE], packages: ["node:fs", "node:path"] },
  test: { rooms: ["*"], packages: ["*"] },
};
/** The files that are allowed more, by name. */
const EXCEPTIONS: Record<string, readonly string[]> = {
  "schemas/load.ts": ["node:fs"],
  "schemas/version.ts": ["node:crypto"],
  "deploy/resources/table.ts": ["node:util"],
};
/** Only this room reaches into the Beam SDK. */
const SDK = "pipeline/sdk/";

/** What is wrong with the imports of `file`, whose text is `source`. */
function brokenArrows(file: string, source: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} is in no room`];
  const { rooms, types = [], packages } = ROOMS[room]!;
  return importsOf(source)
    .filter(({ from, typeOnly }) => {
      if (isBeam(from)) return !file.startsWith(SDK) && room !== "test";
      if (!from.startsWith(".")) return !isAllowed(from, [...packages, ...(EXCEPTIONS[file] ?? [])]);
      return !isAllowed(relative(".", join(dirname(file), from)), [room, ...rooms, ...(typeOnly ? types : [])]);
    })
    .map(({ from }) => `${file} imports ${from}`);
}

/** The innermost. */
function roomOf(file: string): string | undefined {
  const around = Object.keys(ROOMS).filter((room) => isAllowed(file.replace(/\.ts$/, ""), [room]));
  return around.sort((a, b) => b.length - a.length)[0];
}

const isBeam = (from: string) => from === "apache-beam" || from.startsWith("apache-beam/");

function isAllowed(target: string, list: readonly string[]): boolean {
  return list.some((one) => one === "*" || target === one || target.startsWith(`${one}/`));
}

function importsOf(source: string): { from: string; typeOnly: boolean }[] {
  const statements =
    /(?:\b(?:import|export)\s+(type\b)?[^;"']*?\bfrom\s*|\bimport\s+|\b(?:import|require)\(\s*)["']([^"']+)["']/g;
  return [...source.matchAll(statements)].map(([, type, from]) => ({ from: from!, typeOnly: type !== undefined }));
}

/** Every folder of the project that may hold sources, so that a new one has to say where it stands. */
function sourceFiles(): string[] {
  const rooms = readdirSync(".", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^build$|^node_modules$/.test(entry.name))
    .map((entry) => entry.name);
  return rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[cm]?tsx?$/.test(name))
      .map((name) => `${room}/${name}`),
  );
}

describe("the imports", () => {
  it("follow the arrows of the architecture", () => {
    const files = sourceFiles();
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
    "transforms/d.ts": 'import { SchemaError } from "../schemas/schema";',
    "transforms/e.ts": 'export {\n  a,\n} from "../generator/lines";',
    "schemas/a.ts": 'import type { Message } from "../transforms/message";',
    "schemas/b.ts": 'import duckdb from "@duckdb/node-api";',
    "generator/a.ts": 'export { toDeadLetter } from "../transforms/dead-letter";',
    "pipeline/a.ts": 'import * as beam from "apache-beam";',
    "pipeline/endpoints/a.ts": 'import { x } from "apache-beam/worker/operators";',
    "pipeline/runners/b.ts": 'import { x } from "../../deploy/change/apply";',
    "pipeline/c.ts": 'await import("../test/support/skip");',
    "pipeline/graph.ts": 'import { directOptions } from "./runners/direct";',
    "pipeline/endpoints/b.ts": 'import { UsageError } from "../options";',
    "pipeline/sdk/a.ts": 'import { buildGraph } from "../graph";',
    "deploy/a.ts": 'import { buildGraph } from "../pipeline/graph";',
    "deploy/observe/audit/a.ts": 'import { apply } from "../../change/apply";',
    "deploy/attest/verify.ts": 'import { readFileSync } from "node:fs";',
    "deploy/report/report.ts": 'import { readFileSync } from "node:fs";',
    "deploy/deployment.ts": 'import { RULES } from "./rules";',
    "deploy/rules/a.ts": 'import { readFileSync } from "node:fs";',
    "deploy/resources/a.ts": 'import { runner } from "../run";',
    "deploy/walk/a.ts": 'import { readAll } from "../observe/read";',
    "deploy/observe/a.ts": 'import { apply } from "../change/apply";',
    "deploy/operate/a.ts": 'import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";',
    "deploy/operate/b.ts": 'import { journal } from "../change/journal";',
    "deploy/observe/b.ts": 'import { spawn } from "node:child_process";',
    "deploy/files/a.ts": 'import { runner } from "../run";',
    "elsewhere/a.ts": "",
  };
  for (const [file, source] of Object.entries(broken)) {
    it(`are refused where an arrow is broken: ${file} ${source.replaceAll(/\s+/g, " ")}`, () => {
      assert.equal(brokenArrows(file, source).length, 1);
    });
  }
});
