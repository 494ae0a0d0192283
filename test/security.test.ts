/** What SECURITY.md says of files, shells, servers and scripts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { journal } from "../deploy/change/journal";
import { UsageError } from "../deploy/command-line";
import { openReplayJournal } from "../deploy/operate/journal";
import { runLine, wordsOf } from "../deploy/own-line";
import { writeFiles } from "../deploy/run";
import { openDeadLetterFile } from "../pipeline/endpoints/dead-letter-file";
import { isFirstNode } from "./support/first-node";

const PRODUCT = ["pipeline", "deploy", "generator", "schemas", "transforms"];

interface Source {
  readonly file: string;
  readonly text: string;
}

function sources(rooms: readonly string[], kinds: RegExp): Source[] {
  const names = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => join(room, name)),
  );
  const files = names.filter((file) => kinds.test(file) && !file.includes("node_modules") && statSync(file).isFile());
  return files.map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

/** `file: what was found`, of all that `form` finds. */
const found = (form: RegExp, all: readonly Source[]) =>
  all.flatMap(({ file, text }) => [...text.matchAll(form)].map(([what]) => `${file}: ${what}`));

describe("shells", () => {
  const SHELL =
    /\bshell: ?(?:true|["'`]|process\b)|import [^;]*\bexec(?:Sync)?\b[^;]*"node:child_process"|child_process\.exec(?:Sync)?\b|\beval\(/g;
  const PYTHON_SHELL = /shell=True|os\.system\(|os\.popen\(|\beval\(|\bexec\(/g;

  it("are given no string by what we ship", () => {
    assert.deepEqual(found(SHELL, sources(PRODUCT, /\.[jt]s$/)), []);
    assert.deepEqual(found(PYTHON_SHELL, sources(PRODUCT, /\.py$/)), []);
  });

  it("would be found", () => {
    const bad = ["spawn(line, { shell: true })", 'import { exec } from "node:child_process";', "eval(text)"];
    for (const text of bad) assert.equal(found(SHELL, [{ file: "bad.ts", text }]).length, 1, text);
    assert.equal(found(PYTHON_SHELL, [{ file: "bad.py", text: "subprocess.run(line, shell=True)" }]).length, 1);
  });

  it("are not needed for a command line of the user's own", async () => {
    assert.deepEqual(wordsOf(` make run-dataflow  ARGS="--a 1 --b"   'x  y' `), [
      "make",
      "run-dataflow",
      "ARGS=--a 1 --b",
      "x  y",
    ]);
    for (const line of [
      "",
      " ",
      "a; b",
      "a | b",
      "a && b",
      "echo $HOME",
      'echo "$(id)"',
      "echo `id`",
      "a > b",
      "ls *",
      'open "quote',
      "a\\ b",
    ]) {
      assert.throws(() => wordsOf(line), UsageError, line);
    }
    assert.equal(await runLine(`"${process.execPath}" -e "process.exit(7)"`), 7);
    await assert.rejects(runLine("no-such-program-anywhere"), UsageError);
  });
});

describe("servers", () => {
  const LISTENS =
    /(?<!#)\b(?:\w+\.listen\((?!\))[^;]*|bindAsync\([^,]*|add_insecure_port\([^\n]*|HTTPServer\([^\n]*|ExpansionServer\.create\([^;]*)/g;
  const LOOPBACK = /127\.0\.0\.1|'localhost'/;
  /** Bound to what they are given. */
  const GIVEN = ["test/deploy/worker/runner.ts: bindAsync(address"];

  it("listen on the loopback address alone, ours and the tests'", () => {
    const all = found(LISTENS, sources([...PRODUCT, "test"], /\.(?:[jt]s|py|java)$/)).filter(
      (at) => !at.startsWith("test/security"),
    );
    assert.ok(all.length > 10, `${all.length}`);
    const open = all.filter((at) => !LOOPBACK.test(at) && !GIVEN.includes(at));
    assert.deepEqual(open, []);
    const files = sources([...PRODUCT, "test"], /\.(?:[jt]s|py|java|sh)$/).filter(
      ({ file }) => file !== "test/security.test.ts",
    );
    assert.deepEqual(found(/\b0\.0\.0\.0\b|"::"|\[::\]/g, files), []);
  });

  it("would be found", () => {
    const text = "server.listen(0);\nserver.add_insecure_port('[::]:0')";
    assert.equal(found(LISTENS, [{ file: "bad", text }]).filter((at) => !LOOPBACK.test(at)).length, 2);
  });
});

describe("scripts", () => {
  /** They count what failed, and go on. */
  const GO_ON = [".ci/run", "test/support/test.sh"];

  it("end at the first error, an unset name, and a failed part of a pipe", () => {
    const all = [...sources([...PRODUCT, "test", ".ci"], /./)].filter(({ text }) => text.startsWith("#!/bin/bash\n"));
    assert.ok(all.length > 8, `${all.length}`);
    for (const { file, text } of all)
      assert.match(text, GO_ON.includes(file) ? /^set -uo pipefail$/m : /^set -euo pipefail$/m, file);
  });
});

describe("the sources", () => {
  it("hold no secret", () => {
    const SECRET =
      /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}|\bAIza[\w-]{35}\b|\bya29\.[\w-]{20,}|"private_key_id": ?"[0-9a-f]{40}"/g;
    assert.deepEqual(
      found(SECRET, sources([...PRODUCT, "test", "docs"], /\.(?:[jt]s|py|java|sh|json|ya?ml|env|md|txt)$/)),
      [],
    );
  });
});

describe("files", () => {
  it("are for who runs it alone: every program of ours says so before it begins", () => {
    const programs = sources(PRODUCT, /\.ts$/).filter(({ text }) => /require\.main [!=]== /.test(text));
    assert.deepEqual(programs.map(({ file }) => file).sort(), [
      "deploy/command-line.ts",
      "generator/main.ts",
      "pipeline/main.ts",
    ]);
    for (const { file, text } of programs)
      assert.match(text, /require\.main [!=]== [\s\S]{0,160}process\.umask\(0o077\);/, file);
  });

  const onFirstNode = isFirstNode ? it : () => {};
  onFirstNode("have mode 0600, and folders 0700", () => {
    const folder = mkdtempSync(join(tmpdir(), "modes-"));
    const program = (file: string, ...args: string[]) => {
      const env = { ...process.env, TS_NODE_PROJECT: resolve("tsconfig.json") };
      const node = ["-r", require.resolve("ts-node/register"), resolve(file), ...args];
      const { status, stderr } = spawnSync(process.execPath, node, { cwd: folder, env, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    };
    const schema = resolve("schemas/cc_account_info.json");
    try {
      program("generator/main.ts", "-d", "file", "-o", "in.jsonl", "-n", "20", "--invalid", "0.5", "--schema", schema);
      program(
        "pipeline/main.ts",
        "--input",
        "in.jsonl",
        "--duckdb",
        "rows.duckdb",
        "--runner",
        "Direct",
        "--schema",
        schema,
        "--dead_letters",
        "dead.jsonl",
        "--summary",
        "summary.json",
      );
      // As every command of deploy/ begins; what they write otherwise takes a cloud.
      const room = (name: string) => JSON.stringify(resolve("deploy", name));
      const entry = '{ resource: "a", command: "b", outcome: "done" }';
      const command = `journal("build/deploy/journal.jsonl", "me")(${entry}); return 0;`;
      const both = `const { runIfMain } = require(${room("command-line")}), { journal } = require(${room("change/journal")});`;
      writeFileSync(join(folder, "command.js"), `${both} runIfMain(module, async () => { ${command} });`, {
        mode: 0o600,
      });
      program(join(folder, "command.js"));
      const made = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
      assert.ok(
        ["in.jsonl", "rows.duckdb", "dead.jsonl", "summary.json"].every((name) => made.includes(join(folder, name))),
        `${made}`,
      );
      assert.ok(made.some((name) => name.endsWith("journal.jsonl")));
      for (const file of made) assert.equal(statSync(file).mode & 0o077, 0, file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("links", () => {
  const WRITES =
    /\b(?:(?:writeFile|appendFile|truncate|copyFile|cp)(?:Sync)?\((?!file,)|createWriteStream\((?!to\.path, \{ fd)|open(?:Sync)?\([^()]*"(?:[aw]x?\+?|r\+)"(?!, opener=))[^\n]*/g;
  /** Each of these makes a file that was not there (`wx`), writes to a descriptor, or into a folder that it has just made for itself. */
  const GOOD: Readonly<Record<string, readonly string[]>> = {
    "deploy/adopt.ts": ["writeFileSync(half"],
    "deploy/attest/kms-key.ts": ['writeFileSync(path("input")'],
    "deploy/attest/local-key.ts": ["writeFileSync(file"],
    "deploy/operate/journal.ts": ["openSync(path"],
    "deploy/worker/packages.js": ["cpSync(place"],
    "deploy/worker/sbom.js": ["writeFileSync(join(folder"],
    "pipeline/endpoints/dead-letter-file.ts": ["appendFile(letters", "truncate(size", "truncate(end"],
    "pipeline/sdk/repairs/artifacts.ts": ["open(partial", "writeFile(data"],
  };

  it("are followed by no writer: each goes through deploy/files/output.ts, or is named here", () => {
    const writers = sources(PRODUCT, /\.(?:[jt]s|py)$/).filter(({ file }) => file !== "deploy/files/output.ts");
    const others = found(WRITES, writers).filter((at) => {
      const [file, what] = [at.slice(0, at.indexOf(": ")), at.slice(at.indexOf(": ") + 2)];
      return !(GOOD[file] ?? []).some((good) => what.startsWith(good));
    });
    assert.deepEqual(others, []);
  });

  it("would be found", () => {
    const bad = [
      "fs.writeFileSync(path, text)",
      'openSync(path, "a")',
      "createWriteStream(to.path)",
      "appendFile(path, x)",
    ];
    for (const text of [...bad, 'with open(path, "w") as file:'])
      assert.equal(found(WRITES, [{ file: "bad", text }]).length, 1, text);
  });

  it("are refused where the pipeline is told to write its summary or dead letters, and where a journal lies", async () => {
    const folder = mkdtempSync(join(tmpdir(), "links-"));
    const link = join(folder, "link");
    try {
      writeFileSync(join(folder, "kept"), "kept");
      symlinkSync(join(folder, "kept"), link);
      const writer = await openDeadLetterFile(link);
      const answer = await writer.write([]);
      await writer.close();
      assert.equal(answer.kind === "setUpError" && answer.trouble.code, "FILE_LINK");
      const entry = { resource: "a", command: "b", outcome: "started" } as const;
      assert.throws(() => journal(link, "me")(entry), { code: "LINK" });
      assert.throws(() => openReplayJournal(link, "me"), { code: "LINK" });
      assert.throws(() => writeFiles({ files: { [link]: "x" } }), { code: "LINK" });
      assert.equal(readFileSync(join(folder, "kept"), "utf8"), "kept");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("SECURITY.md", () => {
  it("names tests and documents that are there", () => {
    const named = [
      ...readFileSync("SECURITY.md", "utf8").matchAll(
        /`((?:test|docs|deploy|pipeline|schemas|transforms)\/[\w./-]+)`/g,
      ),
    ];
    assert.ok(named.length > 20, `${named.length}`);
    for (const [, file] of named) assert.ok(existsSync(file!), file);
  });
});
