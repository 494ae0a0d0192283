import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./commands";

describe("make run-direct", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "run-direct-"));
  });
  after(() => rmSync(dir, { recursive: true }));

  it("runs the same graph from a file where there is no emulator, and says what would bring one", async () => {
    const OUT = join(dir, "out");
    // Without a PATH there is no Java.
    const env = { OUT, PATH: "", PUBSUB_EMULATOR_HOST: "", MESSAGES: "500", INVALID: "0.1", SEED: "1", RATE: "" };
    const { output } = await run("test/support/run-direct.ts", [], { ...env, SCHEMA: "schemas/cc_account_info.json" });
    const summary = JSON.parse(readFileSync(join(OUT, "summary.json"), "utf8"));
    assert.equal(summary.source, "file");
    assert.equal(summary.published, 500);
    assert.equal(summary.lost, 0);
    assert.ok(summary.rows > 400 && summary.rows < 500);
    assert.match(output.stdout, /Install .*pubsub-emulator/);
    assert.match(output.stdout, /credit_card=•••• \d{4}/);
    assert.doesNotMatch(output.stdout, /credit_card=\d{5}/);
  });
});
