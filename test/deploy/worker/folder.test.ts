/** What is in the folder of the worker image, and what is not. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { preparedBoot } from "../../support/go";
import { command } from "../../support/prepared";
import { orSkip } from "../../support/skip";

const FOLDER = "build/worker";
const PACKAGE = "regulated-streaming-pipeline";
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));

describe("the worker image", () => {
  before(function () {
    orSkip(this, () => {
      const BOOT = preparedBoot();
      command("deploy/worker/build.sh", [], { BOOT });
    });
  });

  it("has every module that a graph registers", () => {
    const registered = sources("pipeline").flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/requireForSerialization\(\s*"([^"]+)"/g),
    ]);
    assert.ok(registered.length > 0);
    for (const [, name] of registered) {
      assert.ok(existsSync(join(FOLDER, "node_modules", `${name}.js`)), `${name}`);
    }
  });

  it("has them where the SDK's worker looks for them", () => {
    const from = join(resolve(FOLDER), "node_modules/apache-beam/dist/src/apache_beam/worker/worker_main.js");
    const found = createRequire(from).resolve(`${PACKAGE}/pipeline/steps`);
    assert.equal(found, join(resolve(FOLDER), "node_modules", PACKAGE, "pipeline/steps.js"));
  });

  it("loads with nothing beside it: here node_modules of the project would fill in what the image lacks", () => {
    const scratch = mkdtempSync(join(tmpdir(), "folder-"));
    try {
      cpSync(FOLDER, scratch, { recursive: true });
      const { status, stderr } = spawnSync("node", ["check.js"], { cwd: scratch, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it("says of what nobody catches where it was thrown, and no value of a message", () => {
    const thrown = ["-e", "setImmediate(() => BigInt('4539 5787 6362 1486'))"];
    const of = (...before: string[]) => spawnSync("node", [...before, ...thrown], { cwd: FOLDER, encoding: "utf8" });
    const { status, stderr } = of("--require", "./before.js");
    assert.equal(status, 1);
    assert.match(stderr, /^a defect of this program: SyntaxError\n/);
    assert.ok(!stderr.includes("4539"));
    assert.ok(of().stderr.includes("4539"), "Node says it");
  });

  it("stays under 100 MB without Node", () => {
    const bytes = files(FOLDER).reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(bytes < 100e6, `${bytes} bytes`);
  });

  it("has nothing of what is left out, and leaves out nothing that package-lock.json has not", () => {
    const locked = Object.keys(json("package-lock.json").packages);
    for (const [name, reason] of Object.entries<string>(json("deploy/worker/left-out.json"))) {
      assert.ok(reason.length > 0);
      assert.ok(
        locked.some((place) => place.endsWith(`node_modules/${name}`)),
        name,
      );
      assert.ok(!files(FOLDER).some((file) => file.includes(`node_modules/${name}/`)), name);
    }
  });

  it("has TypeScript, tests and maps of nobody", () => {
    assert.deepEqual(
      files(FOLDER).filter((file) => /\.(ts|map)$|\.test\.js$/.test(file)),
      [],
    );
  });

  it("has the boot of the SDK's version, for TypeScript and for Python", () => {
    const version = (language: string) =>
      / github\.com\/apache\/beam\/sdks\/v2 v(\S+)/.exec(
        readFileSync(`deploy/worker/boot/${language}/go.mod`, "utf8"),
      )?.[1];
    assert.equal(version("typescript"), json("package.json").dependencies["apache-beam"]);
    const python = /^apache-beam==(\S+)/m.exec(readFileSync("pipeline/python/requirements.txt", "utf8"));
    assert.equal(version("python"), python?.[1]);
  });

  it("refuses packages that are not the lock file's", () => {
    const scratch = mkdtempSync(join(tmpdir(), "packages-"));
    try {
      const dir = join(scratch, "node_modules/a");
      cpSync("deploy/worker", join(scratch, "deploy/worker"), { recursive: true });
      writeFileSync(join(scratch, "package.json"), '{"dependencies": {"a": "1.0.0"}}');
      writeFileSync(join(scratch, "package-lock.json"), '{"packages": {"node_modules/a": {"version": "1.0.0"}}}');
      cpSync("node_modules/long/package.json", join(dir, "package.json"));
      const done = spawnSync("node", ["deploy/worker/packages.js", "to"], { cwd: scratch, encoding: "utf8" });
      assert.equal(done.status, 1);
      assert.match(done.stderr, /^Error: node_modules\/a is \S+, package-lock.json says 1.0.0: run npm ci$/m);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it("is not built again where nothing has changed", () => {
    const when = () => statSync(join(FOLDER, ".made/project")).mtimeMs;
    const first = when();
    command("deploy/worker/build.sh", []);
    assert.equal(when(), first);
  });
});

function files(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sources(dir: string): string[] {
  return files(dir).filter((file) => file.endsWith(".ts"));
}
