import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  appendOutput,
  openAppended,
  openAppendedLater,
  openWhole,
  refuseLink,
  writeOutput,
} from "../../../deploy/files/output";

describe("files that are written", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "output-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const ways: Readonly<Record<string, (path: string) => unknown>> = {
    writeOutput: (path) => writeOutput(path, "new"),
    appendOutput: (path) => appendOutput(path, "new"),
    openWhole,
    openAppended,
    openAppendedLater,
  };
  for (const [name, way] of Object.entries(ways)) {
    it(`are never behind a link, and never a pipe: ${name}`, async () => {
      writeFileSync(at("secret"), "kept");
      symlinkSync(at("secret"), at("link"));
      symlinkSync(at("not-there"), at("dangling"));
      execFileSync("mkfifo", [at("pipe")]);
      for (const link of ["link", "dangling"]) await assert.rejects(async () => way(at(link)), { code: "LINK" });
      await assert.rejects(async () => way(at("pipe")), { code: "NOT_A_FILE" });
      await assert.rejects(async () => way("/dev/zero"), { code: "NOT_A_FILE" });
      assert.equal(readFileSync(at("secret"), "utf8"), "kept");
      assert.equal(existsSync(at("not-there")), false);
    });
  }

  it("are replaced or appended to where they are files, in a folder that is a link too", () => {
    mkdirSync(at("disk"));
    symlinkSync(at("disk"), at("build"));
    writeOutput(at("build/a"), "longer than the next");
    writeOutput(at("build/a"), "one\n");
    appendOutput(at("build/a"), "two\n");
    appendOutput(at("build/b"), "three\n");
    assert.equal(readFileSync(at("disk/a"), "utf8"), "one\ntwo\n");
    assert.equal(readFileSync(at("disk/b"), "utf8"), "three\n");
    assert.throws(() => writeOutput(folder, ""), { code: "EISDIR" });
    assert.throws(() => writeOutput(at("none/c"), ""), { code: "ENOENT" });
  });

  it("are a shell's streams where these are named", () => {
    const script = `require("./deploy/files/output").writeOutput(process.argv[1], "to the stream\\n")`;
    const line = `"$0" -r ts-node/register -e "$1" /dev/stdout; "$0" -r ts-node/register -e "$1" /dev/null`;
    // A shell's pipe: Node's own are sockets, which nobody can open by name.
    const said = execFileSync("bash", ["-c", `{ ${line}; } | cat`, process.execPath, script], { encoding: "utf8" });
    assert.equal(said, "to the stream\n");
    assert.throws(() => writeOutput("/dev/full", "x"), { code: "ENOSPC" });
    assert.throws(() => appendOutput("/dev/full", "x"), { code: "ENOSPC" });
  });

  it("are looked at where others open them by name", () => {
    symlinkSync(at("elsewhere"), at("link"));
    assert.throws(() => refuseLink(at("link")), { code: "LINK" });
    writeFileSync(at("file"), "");
    for (const good of ["file", "not-there", "."]) refuseLink(at(good));
  });
});
