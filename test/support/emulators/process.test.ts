import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOnALeash, startServer, untilItAnswers } from "./process";
import { waitUntil } from "../commands";

/** Writes its pid into a file, then does nothing for a minute, whatever it is told. */
const server = (file: string) => ["sh", "-c", `trap "" TERM INT HUP; echo $$ > ${file}; exec sleep 60`];

/** One that has ended and that nobody has asked for yet does not live. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("a server on a leash", () => {
  let dir: string;
  let file: string;
  const pid = () => Number(readFileSync(file, "utf8"));
  const hasStarted = () => waitUntil(() => existsSync(file) && pid() > 0, 10);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "leash-"));
    file = join(dir, "pid");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("ends when it is stopped", async () => {
    const leash = startOnALeash(server(file));
    await hasStarted();
    assert.ok(isAlive(pid()) && !leash.hasEnded());
    await leash.stop();
    assert.ok(!isAlive(pid()) && leash.hasEnded());
  });

  it("ends when its owner is killed", async () => {
    const program = `require("./test/support/emulators/process").startOnALeash(${JSON.stringify(server(file))})`;
    const owner = spawn(process.execPath, ["-r", "ts-node/register", "-e", program]);
    await hasStarted();
    assert.ok(isAlive(pid()));
    owner.kill("SIGKILL");
    await once(owner, "exit");
    await waitUntil(() => !isAlive(pid()), 10);
  });

  it("is not waited for once it has ended by itself", async () => {
    const leash = startOnALeash(["false"]);
    await assert.rejects(untilItAnswers("http://127.0.0.1:1/", leash));
    assert.ok(leash.hasEnded());
    await leash.stop();
  });
});

describe("a server on a free port", () => {
  const answering = (port: number) =>
    startOnALeash([
      process.execPath,
      "-e",
      `require("http").createServer((_, to) => to.end()).listen(${port}, "127.0.0.1")`,
    ]);
  const url = (host: string) => `http://${host}/`;

  it("is started on another one where somebody else had taken it", async () => {
    const asked: number[] = [];
    const { host, stop } = await startServer((port) => {
      asked.push(port);
      return asked.length < 3 ? startOnALeash(["false"]) : answering(port);
    }, url);
    assert.equal(host, `127.0.0.1:${asked[2]}`);
    assert.equal((await fetch(url(host))).status, 200);
    await stop();
  });

  it("is given up where it ends again and again", async () => {
    let starts = 0;
    const start = () => {
      starts += 1;
      return startOnALeash(["false"]);
    };
    await assert.rejects(startServer(start, url), /no answer/);
    assert.equal(starts, 3);
  });
});
