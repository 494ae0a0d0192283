/** What Beam's Java and Python are under, as their own packages say it, where they are installed: docs/dependencies.md, Licences. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { MissingTool } from "./support/emulators/process";
import { orSkip } from "./support/skip";

/** Each asks for a notice, or for nothing; in the words of the packages. Of several names one is enough: they are a choice. */
const ALLOWED = new Set(
  [
    ["Apache-2.0", "The Apache Software License, Version 2.0", "Apache License, Version 2.0", "Apache License V2.0"],
    ["The Apache License, Version 2.0", "Apache 2.0", "Apache 2", "Apache License Version 2.0", "Apache License 2.0"],
    ["Apache Software License", "Unicode/ICU License", "Go License", "Public Domain"],
    [
      "MIT",
      "MIT License",
      "MIT license",
      "The MIT License",
      "The MIT License (MIT)",
      "MIT-0",
      "MIT-CMU",
      "ISC",
      "0BSD",
    ],
    ["BSD-3-Clause", "BSD-2-Clause", "BSD New license", "BSD Licence 3", "The BSD 2-Clause License", "BSD 3-clause"],
    ["BSD License", "3-Clause BSD License", "Zlib", "CC0-1.0", "CNRI-Python", "PSF-2.0"],
    ["Python Software Foundation License"],
  ].flat(),
);
/** Used unchanged, and decided on by name: these ask for their own source where it is changed. */
const DECIDED: Readonly<Record<string, string>> = {
  "javax.annotation-api-1.3.2": "CDDL + GPLv2 with classpath exception",
  certifi: "Mozilla Public License 2.0 (MPL 2.0)",
  orjson: "MPL-2.0 AND (Apache-2.0 OR MIT)",
};

/** Of an SPDX expression, or a name. */
const isAllowed = (text: string): boolean =>
  ALLOWED.has(text) ||
  text
    .replaceAll(/[()]/g, "")
    .split(" AND ")
    .every((part) => part.split(" OR ").some((one) => ALLOWED.has(one)));

const refused = (all: ReadonlyMap<string, readonly string[]>) =>
  [...all].filter(([name, said]) => !said.some((one) => isAllowed(one) || DECIDED[name] === one));

describe("the licences of Java", () => {
  const repository = join(homedir(), ".m2/repository");
  const jars = () =>
    readFileSync("pipeline/java/jars.sha256", "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(/ +/)[1]!.replace(/\.jar$/, ""));

  /** Where each POM is that Maven has brought, by ARTIFACT-VERSION. */
  function poms(): ReadonlyMap<string, string> {
    if (!existsSync(join(repository, "org/apache/beam")))
      throw new MissingTool("Beam's Java is not there", "Run `make java`");
    const names = readdirSync(repository, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".pom"),
    );
    return new Map(
      names.map((name) => [
        name
          .split("/")
          .at(-1)!
          .replace(/\.pom$/, ""),
        join(repository, name),
      ]),
    );
  }

  /** The POM's own, or its parent's. */
  function licencesOf(pom: string): readonly string[] {
    const text = readFileSync(pom, "utf8").replaceAll(/<!--.*?-->/gs, "");
    const [, own = ""] = /<licenses>(.*?)<\/licenses>/s.exec(text) ?? [];
    const names = [...own.matchAll(/<name>\s*(.*?)\s*<\/name>/gs)].map(([, name]) => name!);
    const [, parent] = /<parent>(.*?)<\/parent>/s.exec(text) ?? [];
    if (names.length > 0 || parent === undefined) return names;
    const part = (name: string) => new RegExp(`<${name}>\\s*(.*?)\\s*</${name}>`).exec(parent)?.[1] ?? "";
    const [group, artifact, version] = [part("groupId"), part("artifactId"), part("version")];
    return licencesOf(join(repository, ...group.split("."), artifact, version, `${artifact}-${version}.pom`));
  }

  it("ask for a notice alone, or were decided on by name: each jar's, by its POM", function () {
    const there = orSkip(this, poms);
    // A jar with a classifier, -linux-x86_64 for one, has the POM of the one without.
    const pomOf = (jar: string) => {
      for (let name = jar; name.includes("-"); name = name.replace(/-[^-]*$/, ""))
        if (there.has(name)) return there.get(name);
      return undefined;
    };
    const all = new Map(jars().map((jar) => [jar, licencesOf(pomOf(jar) ?? assert.fail(`${jar} has no POM`))]));
    assert.ok(all.size > 200, `${all.size}`);
    assert.deepEqual(refused(all), []);
  });

  it("would be found", () => {
    const found = refused(
      new Map([
        ["a-1", ["GNU Affero General Public License v3"]],
        ["b-1", []],
        ["c-1", ["GPL2", "MIT"]],
      ]),
    );
    assert.deepEqual(
      found.map(([name]) => name),
      ["a-1", "b-1"],
    );
  });
});

describe("the licences of Python", () => {
  const ASK = `
import importlib.metadata, json
said = {}
for one in importlib.metadata.distributions():
    data = one.metadata
    kinds = [kind.split(" :: ")[-1] for kind in data.get_all("Classifier") or [] if kind.startswith("License ::")]
    text = data.get("License-Expression") or (data.get("License") or "").split("\\n")[0]
    said[data["Name"].lower().replace("_", "-").replace(".", "-")] = kinds if kinds and not data.get("License-Expression") else [text]
print(json.dumps(said))`;

  it("ask for a notice alone, or were decided on by name: each package's, by its metadata", function () {
    const python = "build/python/bin/python";
    orSkip(this, () => {
      if (!existsSync("build/python/.made-from"))
        throw new MissingTool("Beam's Python is not there", "Run `make setup`");
    });
    const { status, stdout, stderr } = spawnSync(python, ["-c", ASK], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const said: Readonly<Record<string, readonly string[]>> = JSON.parse(stdout);
    const locked = [
      ...readFileSync("pipeline/python/requirements.txt", "utf8").matchAll(/^([\w.-]+)==[^\n;\\]*(;[^\n\\]*)?/gm),
    ];
    // One that is for another machine or another Python is not installed.
    const wanted = locked.filter(([, name, condition]) => condition === undefined || said[name!.replaceAll(".", "-")]);
    const all = new Map(wanted.map(([, name]) => [name!, said[name!.toLowerCase().replaceAll(".", "-")] ?? []]));
    assert.ok(all.size > 80, `${all.size}`);
    assert.deepEqual(refused(all), []);
  });
});
