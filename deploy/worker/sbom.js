/**
 * Writes what a deployment is made of as CycloneDX 1.5: `node deploy/worker/sbom.js FOLDER`.
 * npm.cdx.json: package-lock.json without what is for development alone. python.cdx.json: requirements.txt with its hashes. java.cdx.json: jars.sha256.
 * go.cdx.json: the modules in the worker's boot, as Go says them, where both are here; else the pinned modules. Nothing is fetched.
 */
const { spawnSync } = require("node:child_process");
const { constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** What a package.json does not say: the licence of Apache Beam's repository. */
const UNSAID = { "apache-beam": "Apache-2.0" };
const BOOT = "build/worker/boot";
const project = JSON.parse(readFileSync("package.json", "utf8"));

/** Without a time or a number of its own: the same locks give the same bytes. */
const bom = (name, components) => ({
  $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: {
      type: "application",
      name,
      version: project.version,
      licenses: [{ license: { id: project.license } }],
    },
  },
  components: [...components].sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1)),
});

const component = (purl, name, version, more = {}) => ({
  type: "library",
  "bom-ref": purl,
  name,
  version,
  purl,
  ...more,
});

/** `npm sbom --omit dev` leaves out what a development package has in common with production, yargs for one: so from the lock itself. */
function ofNpm() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const components = new Map();
  for (const [place, { version, dev, optional, integrity, license }] of Object.entries(packages)) {
    if (place === "" || dev) continue;
    const name = place.replace(/.*node_modules\//, "");
    const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
    const hashes = [{ alg: "SHA-512", content }];
    const more = {
      hashes,
      licenses: [{ expression: license ?? UNSAID[name] }],
      scope: optional ? "optional" : "required",
    };
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    components.set(purl, component(purl, name, version, more));
  }
  return bom(project.name, [...components.values()]);
}

/** NAME==VERSION [; marker] \ --hash=sha256:… \ …: a version has a hash for each of its files, of which pip takes one. */
function ofPython() {
  const text = readFileSync("pipeline/python/requirements.txt", "utf8").replaceAll("\\\n", " ");
  const lines = text.split("\n").filter((line) => /^\S+==/.test(line));
  const components = lines.map((line) => {
    const [, name, version, marker] = /^([\w.-]+(?:\[[^\]]*\])?)==([^\s;]+)(?: *; *(.*?))?(?= +--hash|$)/.exec(line);
    const hashes = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})/g)];
    const properties = hashes.map(([, value]) => ({ name: "pip:hash:sha256", value }));
    if (marker) properties.unshift({ name: "pip:marker", value: marker.trim() });
    const plain = name
      .replace(/\[.*/, "")
      .toLowerCase()
      .replaceAll(/[-_.]+/g, "-");
    return component(`pkg:pypi/${plain}@${version}`, plain, version, { properties });
  });
  return bom(`${project.name}-python`, components);
}

function ofJava() {
  const lines = readFileSync("pipeline/java/jars.sha256", "utf8").trim().split("\n");
  const components = lines.map((line) => {
    const [content, file] = line.split(/ +/);
    const [, name, version] = /^(.+?)-(\d.*)\.jar$/.exec(file);
    const purl = `pkg:generic/${name}@${version}?checksum=sha256:${content}`;
    return component(purl, name, version, { hashes: [{ alg: "SHA-256", content }] });
  });
  return bom(`${project.name}-java`, components);
}

function ofGo() {
  const components = existsSync(BOOT) ? modulesOf(BOOT) : pinned();
  return bom(`${project.name}-boot`, components);
}

function modulesOf(binary) {
  const { status, stdout: said } = spawnSync("go", ["version", "-m", binary], { encoding: "utf8" });
  if (status !== 0) return pinned();
  const modules = [...said.matchAll(/^\t(?:mod|dep)\t(\S+)\t(\S+)\t?(\S*)$/gm)];
  return modules.map(([, name, version, sum]) => golang(name, version, sum ? [{ name: "go:sum", value: sum }] : []));
}

/** Of all languages: a worker of each may be in use. */
function pinned() {
  const mods = readdirSync("deploy/worker/boot").map((name) =>
    readFileSync(join("deploy/worker/boot", name, "go.mod"), "utf8"),
  );
  const lines = mods.flatMap((text) =>
    [...text.matchAll(/^(?:require |\t)(\S+) (v\S+)/gm)].map(([, name, version]) => `${name} ${version}`),
  );
  return [...new Set(lines)].sort().map((line) => golang(...line.split(" "), []));
}

const golang = (name, version, properties) => component(`pkg:golang/${name}@${version}`, name, version, { properties });

const folder = process.argv[2] ?? "build/sbom";
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries({ npm: ofNpm, python: ofPython, java: ofJava, go: ofGo })) {
  const made = make();
  const flag = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  writeFileSync(join(folder, `${name}.cdx.json`), `${JSON.stringify(made, null, 2)}\n`, { flag });
  console.log(`${join(folder, `${name}.cdx.json`)}: ${made.components.length} components`);
}
