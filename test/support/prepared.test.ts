import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "./commands";
import { preparedOnce } from "./prepared";

describe("preparedOnce", () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "prepared-"));
    writeFileSync(join(base, "lock"), "1");
  });
  afterEach(() => rmSync(base, { recursive: true }));

  const prepare = (make: (dir: string) => void) => preparedOnce(join(base, "dir"), [join(base, "lock")], make);

  /** Another process that makes the folder and takes `seconds` over it. */
  const maker = (seconds: number) => {
    const program = `
      const [, base, seconds] = process.argv;
      require("./test/support/prepared").preparedOnce(base + "/dir", [base + "/lock"], (dir) => {
        fs.writeFileSync(dir + "/half", "");
        fs.appendFileSync(base + "/made", "x");
        child_process.spawnSync("sleep", [seconds]);
        fs.writeFileSync(dir + "/whole", "");
      });`;
    return spawn(process.execPath, ["-r", "ts-node/register", "-e", program, base, String(seconds)], {
      stdio: "ignore",
    });
  };

  it("makes it again only where the lock file has changed", () => {
    let made = 0;
    const count = () => {
      made += 1;
    };
    prepare(count);
    prepare(count);
    assert.equal(made, 1);
    writeFileSync(join(base, "lock"), "2");
    prepare(count);
    assert.equal(made, 2);
  });

  it("makes it again after one that failed", () => {
    assert.throws(() =>
      prepare(() => {
        throw new Error("no network");
      }),
    );
    prepare((dir) => writeFileSync(join(dir, "whole"), ""));
    assert.ok(existsSync(join(base, "dir/whole")));
  });

  it("has one maker at a time", async () => {
    const makers = [maker(1), maker(1), maker(1)];
    const codes = await Promise.all(makers.map((one) => once(one, "exit")));
    assert.deepEqual(
      codes.map(([code]) => code),
      [0, 0, 0],
    );
    assert.equal(readFileSync(join(base, "made"), "utf8"), "x");
    assert.ok(existsSync(join(base, "dir/whole")));
  });

  it("does not wait for a maker that was killed, and keeps nothing of it", async () => {
    const killed = maker(3);
    await waitUntil(() => existsSync(join(base, "dir/half")), 20);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    prepare((dir) => writeFileSync(join(dir, "whole"), ""));
    assert.ok(existsSync(join(base, "dir/whole")) && !existsSync(join(base, "dir/half")));
  });
});
