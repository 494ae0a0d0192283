/** Whatever ends the driver ends Python too. Processes are found by pid, before the driver is ended. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { PROJECT } from "./every-option";
import { childrenOf, untilGone, withStandIns } from "./stand-ins";
import { type Running, waitUntil } from "../../support/commands";

describe("a submission that is ended", function () {
  const on = withStandIns(this);
  const asked = ["--project", PROJECT];

  /** Takes connections, and says nothing. */
  let silence: Server;
  const waiting: Socket[] = [];
  beforeEach(async () => {
    silence = createServer((socket) => waiting.push(socket.on("error", () => {}))).listen(0, "127.0.0.1");
    await once(silence, "listening");
  });
  afterEach(async () => {
    for (const socket of waiting.splice(0)) socket.destroy();
    silence.close();
    await once(silence, "close");
  });
  const silentStorage = () => {
    const { port } = silence.address() as { port: number };
    return { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` };
  };

  /** Ends the driver; fails where anything that it has started goes on. Answers how it ended. */
  async function ended({ child, ended }: Running, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    const started = childrenOf(child.pid!).map(({ pid }) => pid);
    assert.ok(started.length > 0);
    child.kill(signal);
    const code = await ended;
    await untilGone(started);
    return code;
  }

  it("by SIGKILL while Python starts and expands leaves no process", async () => {
    const running = on.start(asked);
    const isThere = () => childrenOf(running.child.pid!).some(({ command }) => command.includes("service.py"));
    await waitUntil(isThere, 60);
    assert.equal(await ended(running, "SIGKILL"), "SIGKILL");
    assert.deepEqual(on.dataflow.requests, []);
  });

  for (const signal of ["SIGKILL", "SIGINT", "SIGTERM"] as const) {
    it(`by ${signal} while Python stages leaves no process and no job`, async () => {
      const running = on.start(asked, silentStorage());
      await waitUntil(() => waiting.length > 0, 60);
      const code = await ended(running, signal);
      assert.notEqual(code, 0);
      assert.deepEqual(on.dataflow.requests, []);
      assert.ok(!existsSync(join(on.folder, "job.json")));
    });
  }
});
