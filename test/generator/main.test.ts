import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Running, run, start } from "../support/commands";

const MAIN = "generator/main.ts";

/** Starts it with words as a shell would split them. */
const generator = (line: string, env: NodeJS.ProcessEnv = {}): Running => start(MAIN, line.split(" "), env);

describe("generator: as a command", () => {
  let directory: string;
  const at = (name: string) => path.join(directory, name);
  before(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "generator-"));
  });
  after(() => fs.rmSync(directory, { recursive: true }));

  it("writes a file, the same for the same seed, and a summary", async () => {
    const { output } = await run(
      MAIN,
      `-d file -o ${at("a")} -n 3000 --seed 5 --invalid 0.1 --summary ${at("s")}`.split(" "),
    );
    await run(MAIN, `-d file -o ${at("b")} -n 3000 --seed 5 --invalid 0.1`.split(" "));
    assert.deepEqual(fs.readFileSync(at("a")), fs.readFileSync(at("b")));
    assert.equal(fs.readFileSync(at("a")).filter((byte) => byte === 10).length, 3000);
    assert.equal(output.stdout, "");
    const summary = JSON.parse(fs.readFileSync(at("s"), "utf8"));
    assert.equal(summary.destination, "file");
    assert.equal(summary.requested, 3000);
    assert.equal(summary.confirmed, 3000);
    assert.equal(summary.unconfirmed, 0);
    assert.equal(summary.seed, 5);
    assert(Object.keys(summary.broken).length > 10);
  });

  it("writes nothing but messages to standard output, and names the seed that it drew", async () => {
    const { output } = await run(MAIN, ["-d", "stdout", "-n", "20"]);
    const records = output.stdout.trimEnd().split("\n");
    assert.equal(records.length, 20);
    for (const record of records) JSON.parse(record);
    const seed = /--seed (\d+)/.exec(output.stderr)![1]!;
    assert.equal((await run(MAIN, ["-d", "stdout", "-n", "20", "--seed", seed])).output.stdout, output.stdout);
  });

  it("ends quietly where its reader has gone", async () => {
    const command = `"${process.execPath}" -r ts-node/register ${MAIN} -d stdout -n 200000 --seed 1 | head -n 1`;
    const shell = spawn("bash", ["-o", "pipefail", "-c", command]);
    let errors = "";
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    shell.stdout.resume();
    assert.equal(await new Promise((resolve) => shell.on("close", resolve)), 0, errors);
    assert.doesNotMatch(errors, /EPIPE|at /);
  });

  for (const [what, line, code] of [
    ["a flag that is unknown", "-d stdout -n 1 --colour red", 2],
    ["a locale that is unknown", "-d stdout -n 1 --locale xx", 2],
    ["a file that cannot be written", "-d file -o /nowhere/at/all -n 1", 1],
    ["a schema that is not there", "-d stdout -n 1 --schema /nowhere/at/all", 2],
  ] as const) {
    it(`refuses ${what} in one line, exit ${code}`, async () => {
      const { ended, output } = generator(`${line} --seed 1`);
      assert.equal(await ended, code);
      assert.equal(output.stdout, "");
      assert.match(output.stderr.replace(/^npm .*\n/gm, ""), /^generator: .+\n$/);
    });
  }
});
