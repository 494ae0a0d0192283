import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../../../pipeline/runners/python";
import { UsageError } from "../../../pipeline/usage-error";

/** What is said of an interpreter that BEAM_SERVICE_OVERRIDES names. */
function saidOf(overrides: string): string {
  try {
    findPython({ BEAM_SERVICE_OVERRIDES: overrides });
  } catch (error) {
    assert.ok(error instanceof UsageError && !error.message.includes("\n"));
    return error.message;
  }
  return "";
}

describe("Beam's Python", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "python-"));
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Says what `script` says, whatever it is asked. */
  function fake(script: string): string {
    const path = join(dir, "python");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return JSON.stringify({ "python:*": path });
  }

  it("is that of BEAM_SERVICE_OVERRIDES where it names one", () => {
    assert.equal(saidOf(fake("echo 2.77.0")), "");
  });

  it("is missed, with what would mend it", () => {
    assert.match(saidOf('{"python:*": "/nowhere/python"}'), /not at \/nowhere\/python\. Run `make setup`/);
    assert.match(saidOf(fake("exit 1")), /has no apache-beam\. Run `make setup`/);
    assert.match(saidOf(fake("echo 2.60.0")), /has apache-beam 2\.60\.0, but 2\.77\.0 is needed/);
    assert.match(saidOf("{"), /BEAM_SERVICE_OVERRIDES is no JSON object/);
  });
});
