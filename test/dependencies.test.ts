/** What docs/dependencies.md says of packages: licences, install scripts, the bill of materials, the worker's folder. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "@duckdb/node-api";
import { isFirstNode } from "./support/first-node";
import { preparedBoot } from "./support/go";
import { command } from "./support/prepared";
import { orSkip } from "./support/skip";

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const project = json("package.json");
const locked = Object.entries<Locked>(json("package-lock.json").packages)
  .filter(([place]) => place !== "")
  .map(([place, more]) => ({ ...more, name: place.replace(/.*node_modules\//, "") }));
const shipped = locked.filter(({ dev }) => !dev);

/** They ask for a notice, and for nothing of what uses them. */
const ALLOWED = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0"];
/** Of the repository, where the package does not say it. */
const UNSAID: Record<string, string> = { "apache-beam": "Apache-2.0" };
const isAllowed = (license = "") =>
  license
    .replaceAll(/[()]/g, "")
    .split(" AND ")
    .every((part) => part.split(" OR ").some((one) => ALLOWED.includes(one)));

describe("the packages of npm", () => {
  it("have licences that ask for a notice alone", () => {
    const refused = shipped.filter(({ name, license }) => !isAllowed(license ?? UNSAID[name]));
    assert.deepEqual(
      refused.map(({ name, license }) => `${name}: ${license}`),
      [],
    );
    for (const license of ["GPL-3.0", "MIT AND GPL-3.0", "SSPL-1.0", "", undefined])
      assert.equal(isAllowed(license), false);
  });

  it("are held by a digest, and named exactly", () => {
    for (const { name, integrity = "" } of locked) assert.match(integrity, /^sha512-/, name);
    for (const [name, version] of Object.entries<string>({ ...project.dependencies, ...project.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
    }
  });

  it("come from the registry that the machine names: no address and no git is in the lock", () => {
    for (const { name, resolved } of locked) assert.equal(resolved, undefined, name);
  });

  it("run no script when they are installed; a new one that has one is decided on by name", () => {
    const withScript = [...new Set(locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name))];
    assert.deepEqual(Object.keys(project.allowScripts).sort(), withScript.sort());
    assert.deepEqual([...new Set(Object.values(project.allowScripts))], [false]);
    assert.match(readFileSync(".npmrc", "utf8"), /^ignore-scripts=true$/m);
  });
});

describe("the known weaknesses that docs/dependencies.md answers", () => {
  const BEAM = "node_modules/apache-beam/dist/src";
  const beam = readdirSync(BEAM, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(BEAM, name), "utf8"));
  const used = (form: RegExp) =>
    [...new Set(beam.flatMap((text) => [...text.matchAll(form)].map(([, name]) => name)))].sort();
  const places = json("package-lock.json").packages;

  it("uuid 8: Beam's SDK asks for v4 alone, which they do not touch", () => {
    assert.deepEqual(used(/\buuid\.(\w+)/g), ["v4"]);
  });

  it("protobufjs 6: Beam's SDK reads and writes bytes by it, and hands it no definition to make code of", () => {
    assert.deepEqual(used(/\bprotobufjs\.(\w+)/g), ["Reader", "Writer"]);
    assert.deepEqual(used(/\.(skipType|lookupType)\b/g), []);
  });

  it("are a page that names every package of production, and each that has an install script", () => {
    const page = readFileSync("docs/dependencies.md", "utf8");
    for (const name of [...Object.keys(project.dependencies), ...Object.keys(project.allowScripts)]) {
      assert.ok(page.includes(`\`${name}\``), name);
    }
  });

  it("protobufjs 7, glob, date-fns: mended, or nothing asks for it", () => {
    const [major, minor, patch] = places["node_modules/protobufjs"].version.split(".").map(Number);
    assert.ok(major === 7 && (minor > 6 || (minor === 6 && patch >= 3)));
    assert.equal(places["node_modules/glob"].version, "10.5.0");
    assert.deepEqual(used(/require\("(date-fns|chai)\b/g), []);
  });
});

describe("the packages of Python and Java", () => {
  it("are held by digests", () => {
    const python = readFileSync("pipeline/python/requirements.txt", "utf8").replaceAll("\\\n", " ").trim().split("\n");
    assert.ok(python.length > 100);
    for (const line of python) assert.match(line, /^[\w.[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/, line.slice(0, 60));
    for (const line of readFileSync("pipeline/java/jars.sha256", "utf8").trim().split("\n")) {
      assert.match(line, /^[0-9a-f]{64} {2}\S+\.jar$/);
    }
    assert.match(readFileSync("pipeline/python/setup.sh", "utf8"), /--require-hashes/);
  });
});

describe("Beam's boot", () => {
  /** The oldest without a weakness that Go's database knew in November 2026, docs/dependencies.md. */
  const FLOOR: Readonly<Record<string, string>> = {
    "golang.org/x/net": "0.62.0",
    "golang.org/x/text": "0.41.0",
    "google.golang.org/grpc": "1.85.0",
    "google.golang.org/protobuf": "1.36.12",
    toolchain: "1.26.10",
  };
  const numbers = (version: string) =>
    version
      .split(".")
      .map((part) => part.padStart(6, "0"))
      .join(".");

  for (const language of readdirSync("deploy/worker/boot")) {
    it(`is made of modules that are pinned by digest, none older than known to be good: ${language}`, () => {
      const [mod, sum] = ["go.mod", "go.sum"].map((file) =>
        readFileSync(`deploy/worker/boot/${language}/${file}`, "utf8"),
      );
      const found = [...mod!.matchAll(/^(?:require |\t)(\S+) v(\S+)/gm)].map(
        ([, name, version]) => [name!, version!] as const,
      );
      for (const [name, version] of found) assert.ok(sum!.includes(`${name} v${version} h1:`), name);
      const all = new Map([...found, ["toolchain", /^toolchain go(\S+)$/m.exec(mod!)?.[1] ?? ""] as const]);
      for (const [name, least] of Object.entries(FLOOR))
        assert.ok(numbers(all.get(name) ?? "") >= numbers(least), `${name} ${all.get(name)}`);
    });
  }
});

describe("the extension of DuckDB", () => {
  it("is for the DuckDB that is installed, which loads no other, and held by digests", () => {
    const [first, ...digests] = readFileSync("deploy/files/duckdb/httpfs.txt", "utf8")
      .replaceAll("\\\n", "\n")
      .trim()
      .split(/\s+/);
    assert.equal(`v${first!.split("==")[1]}`, version());
    assert.ok(digests.length >= 4);
    for (const digest of digests) assert.match(digest, /^--hash=sha256:[0-9a-f]{64}$/);
  });
});

describe("make sbom", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sbom-"));
    const { status, stderr } = spawnSync(process.execPath, ["deploy/worker/sbom.js", folder], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const components = (kind: string): { name: string; version: string; purl: string }[] =>
    json(join(folder, `${kind}.cdx.json`)).components;

  it("has every package that is shipped, and none for development alone", () => {
    const asText = (all: readonly { name: string; version: string }[]) =>
      [...new Set(all.map(({ name, version }) => `${name}@${version}`))].sort();
    assert.deepEqual(asText(components("npm")), asText(shipped));
    for (const name of Object.keys(project.dependencies))
      assert.ok(
        components("npm").some((one) => one.name === name),
        name,
      );
  });

  it("has every line of Python's and Java's lists, and Beam's boot", () => {
    const lines = (file: string, form: RegExp) => [...readFileSync(file, "utf8").matchAll(form)].length;
    assert.equal(components("python").length, lines("pipeline/python/requirements.txt", /^\S+==/gm));
    assert.equal(components("java").length, lines("pipeline/java/jars.sha256", /\.jar$/gm));
    assert.ok(components("go").some(({ name }) => name.startsWith("github.com/apache/beam/sdks/v2")));
  });

  it("is CycloneDX, with no reference twice", () => {
    for (const kind of ["npm", "python", "java", "go"]) {
      const { bomFormat, specVersion } = json(join(folder, `${kind}.cdx.json`));
      assert.deepEqual([bomFormat, specVersion], ["CycloneDX", "1.5"]);
      const refs = components(kind).map(({ purl }) => purl);
      assert.equal(new Set(refs).size, refs.length, kind);
    }
  });
});

describe("the worker's folder", () => {
  /** Of every file its path, whether it can be run, and its content; not of what make worker writes for itself. */
  const digestsOf = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.startsWith(".made") && statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => {
        const sum = createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex");
        return `${sum} ${statSync(join(folder, name)).mode & 0o111 ? "x" : "-"} ${name}`;
      });

  const onFirstNode = isFirstNode ? it : () => {};
  onFirstNode("is the same byte for byte, built twice and in another place, as its Dockerfile does", function () {
    const other = mkdtempSync(join(tmpdir(), "worker-"));
    try {
      const BOOT = orSkip(this, preparedBoot);
      command("deploy/worker/build.sh", [], { BOOT });
      command("deploy/worker/build.sh", [other], { BOOT });
      const digests = digestsOf("build/worker");
      assert.ok(digests.length > 1000);
      assert.deepEqual(digestsOf(other), digests);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
