/**
 * Copies the packages that a worker needs from ./node_modules to FOLDER/node_modules: `node packages.js FOLDER`.
 * They are the production dependencies of package.json and all that these depend on, without what left-out.json names, each at its
 * place and in the version of package-lock.json. Nothing is fetched.
 */
const { cpSync, existsSync, readFileSync, rmSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const leftOut = read(join(__dirname, "left-out.json"));
const locked = read("package-lock.json").packages;

/** The places, like `node_modules/a/node_modules/b`, of all packages that are reached from the one at `place`. */
function reach(place, found) {
  const { dependencies, optionalDependencies, peerDependencies } = read(join(place, "package.json"));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const at = Object.hasOwn(leftOut, name) ? undefined : find(name, place);
    if (at === undefined || found.has(at)) continue;
    found.add(at);
    reach(at, found);
  }
  return found;
}

/** As Node looks for it from `place`; undefined where it is not installed, as an optional one may be. */
function find(name, place) {
  for (let dir = place; ; dir = dirname(dir)) {
    const at = join(dir, "node_modules", name);
    if (basename(dir) !== "node_modules" && existsSync(join(at, "package.json"))) return at;
    if (dir === ".") return undefined;
  }
}

function requireLocked(place) {
  const { version } = read(join(place, "package.json"));
  if (locked[place]?.version === version) return;
  throw new Error(`${place} is ${version}, package-lock.json says ${locked[place]?.version}: run npm ci`);
}

/** Licences stay; types, sources and maps of TypeScript and read-me files go. */
function isNeeded(file) {
  return /licen[cs]e|notice/i.test(basename(file)) || !/\.(map|ts|[cm]ts|tsx|flow|md|markdown)$/.test(file);
}

function copy(place, to) {
  const filter = (file) => isNeeded(file) && (file === place || basename(file) !== "node_modules");
  cpSync(place, join(to, place), { recursive: true, filter });
}

const folder = process.argv[2];
const places = [...reach(".", new Set())].sort();
places.forEach(requireLocked);
rmSync(join(folder, "node_modules"), { recursive: true, force: true });
for (const place of places) copy(place, folder);
