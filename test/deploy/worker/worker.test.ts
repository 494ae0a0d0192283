/** Beam's own boot in the folder of the worker image, on Node 24. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../../support/emulators/process";
import { preparedBoot } from "../../support/go";
import { prepareNodes } from "../../support/nodes";
import { command } from "../../support/prepared";
import { orSkip } from "../../support/skip";
import { type Boot, startBoot, withoutNetwork } from "./boot";
import { ask, type Runner, startRunner } from "./runner";

const STEPS = "regulated-streaming-pipeline/pipeline/steps";
const FOLDER = resolve("build/worker");

describe("the worker's folder", () => {
  let runner: Runner;
  let boot: Boot;
  let scratch: string;

  before(function () {
    orSkip(this, () => {
      prepareNodes();
      const BOOT = preparedBoot();
      command("deploy/worker/build.sh", [], { BOOT });
    });
  });

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "worker-"));
  });

  afterEach(async () => {
    runner?.stop();
    boot?.kill("SIGKILL");
    await boot?.gone();
    rmSync(scratch, { recursive: true });
  });

  it("connects every worker under its id, answers, and ends when the runner closes the control channel", async () => {
    runner = await startRunner(`127.0.0.1:${await freePort()}`, [STEPS], ["sibling"]);
    boot = startBoot(FOLDER, runner.endpoint);
    const workers = await Promise.all(["worker", "sibling"].map((id) => runner.worker(id)));
    for (const worker of workers) assert.equal((await ask(worker, "first")).instructionId, "first");
    for (const worker of workers) worker.end();
    assert.equal(await boot.ended, 1);
    await boot.gone();
  });

  it("runs with no network at all", async function () {
    const within = orSkip(this, withoutNetwork);
    runner = await startRunner(`unix:${join(scratch, "runner")}`, [STEPS]);
    boot = startBoot(FOLDER, runner.endpoint, within);
    assert.equal((await ask(await runner.worker("worker"), "first")).instructionId, "first");
  });

  it("ends when the channel breaks", async () => {
    runner = await startRunner(`127.0.0.1:${await freePort()}`, [STEPS]);
    boot = startBoot(FOLDER, runner.endpoint);
    await runner.worker("worker");
    runner.stop();
    assert.equal(await boot.ended, 1);
    await boot.gone();
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`leaves no worker behind when boot ends by ${signal}`, async () => {
      runner = await startRunner(`127.0.0.1:${await freePort()}`, [STEPS]);
      boot = startBoot(FOLDER, runner.endpoint);
      await runner.worker("worker");
      boot.kill(signal);
      await boot.gone();
      assert.match(boot.said(), /worker: boot has ended/);
    });
  }

  for (const [what, missing, named] of [
    ["a package of the SDK's", "bson", "apache-beam"],
    ["a module of ours", "regulated-streaming-pipeline/transforms/decode.js", STEPS],
  ] as const) {
    it(`fails and names it where ${what} is missing`, async () => {
      const folder = join(scratch, "folder");
      cpSync(FOLDER, folder, { recursive: true });
      rmSync(join(folder, "node_modules", missing), { recursive: true });
      runner = await startRunner(`127.0.0.1:${await freePort()}`, [STEPS]);
      boot = startBoot(folder, runner.endpoint);
      assert.equal(await boot.ended, 1);
      await boot.gone();
      assert.match(boot.said(), new RegExp(`^worker: ${named}\\S* cannot be loaded: Cannot find module '.*\\b`, "m"));
    });
  }

  it("fails and names a module that the graph has registered and the image lacks", async () => {
    runner = await startRunner(`127.0.0.1:${await freePort()}`, ["regulated-streaming-pipeline/pipeline/nowhere"]);
    boot = startBoot(FOLDER, runner.endpoint);
    assert.equal(await boot.ended, 1);
    assert.match(boot.said(), /regulated-streaming-pipeline\/pipeline\/nowhere/);
  });
});
