import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findJava, JavaService } from "../../../pipeline/runners/java";
import { UsageError } from "../../../pipeline/usage-error";
import { requireJava } from "../../support/java";
import { orSkip } from "../../support/skip";

/** What is said of a Java, in one line; empty where it will do. */
function saidOf(env: NodeJS.ProcessEnv, home: string): string {
  try {
    findJava(env, home);
  } catch (error) {
    assert.ok(error instanceof UsageError && !error.message.includes("\n"));
    return error.message;
  }
  return "";
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  return await once(socket, "connect")
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

describe("Beam's Java, looked for", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "java-"));
    mkdirSync(join(dir, "bin"));
  });
  after(() => rmSync(dir, { recursive: true }));

  /** A JAVA_HOME whose java says this version. */
  function fake(version: string): NodeJS.ProcessEnv {
    const path = join(dir, "bin/java");
    writeFileSync(path, `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`);
    chmodSync(path, 0o755);
    return { JAVA_HOME: dir };
  }

  it("is missed, with what would mend it", () => {
    assert.match(
      saidOf({ JAVA_HOME: "/nowhere" }, dir),
      /\/nowhere\/bin\/java cannot be run: install a JDK, 11 or newer/,
    );
    assert.match(saidOf(fake("1.8.0_402"), dir), /is of version 8, but 11 is needed/);
    assert.match(saidOf(fake("17.0.15"), "/nowhere"), /not in \/nowhere\. Run `make java`/);
  });

  it("is that of this version of the pipeline", () => {
    writeFileSync(join(dir, ".made-from"), "something else\n");
    assert.match(saidOf(fake("21.0.1"), dir), /of another version of this pipeline\. Run `make java`/);
  });
});

describe("Beam's Java, running", function () {
  this.timeout(60_000);

  before(function () {
    orSkip(this, requireJava);
  });

  it("listens on the loopback address alone, and ends when it is told to", async () => {
    const service = await JavaService.start(findJava(), "error");
    const [host, port] = service.expansionService.split(":") as [string, string];
    assert.equal(host, "127.0.0.1");
    assert.ok(await accepts(host, Number(port)));
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one?.family === "IPv4" && !one.internal);
    for (const other of others) assert.ok(!(await accepts(other!.address, Number(port))), other!.address);
    service.stop();
    while (await accepts(host, Number(port))) await new Promise((done) => setTimeout(done, 20));
  });

  it("does not outlive a driver that is killed", async () => {
    const program = `
      const { findJava, JavaService } = require("./pipeline/runners/java");
      JavaService.start(findJava(), "error").then((service) => console.log(service.expansionService));`;
    const driver = spawn(process.execPath, ["-r", "ts-node/register", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [address] = (await once(createInterface({ input: driver.stdout }), "line")) as [string];
    const [host, port] = address.split(":") as [string, string];
    driver.kill("SIGKILL");
    while (await accepts(host, Number(port))) await new Promise((done) => setTimeout(done, 20));
  });

  it("has only jars of the committed list", () => {
    const list = readFileSync("pipeline/java/jars.sha256", "utf8").trimEnd().split("\n");
    assert.ok(list.length > 200 && list.every((line) => /^[0-9a-f]{64} {2}[\w.-]+\.jar$/.test(line)));
  });
});
