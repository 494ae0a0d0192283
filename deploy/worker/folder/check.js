/** Loads every module that a worker uses. Run as a program it exits with 1 where one is missing: an image's build runs it. */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

const PACKAGE = "regulated-streaming-pipeline";

/** As the SDK's worker would load them; the order matters: the SDK dies on Node 23 and up before node-compat was there. */
function modules() {
  const ours = readdirSync(join(__dirname, "node_modules", PACKAGE), { recursive: true, encoding: "utf8" });
  return [
    `${PACKAGE}/pipeline/sdk/node-compat`,
    "yargs",
    "apache-beam",
    "apache-beam/worker/logging",
    "apache-beam/worker/worker",
    ...ours.filter((file) => file.endsWith(".js")).map((file) => `${PACKAGE}/${file.slice(0, -".js".length)}`),
  ];
}

/** Throws the first module's error, with a line that names it. */
function loadAll() {
  for (const name of modules()) {
    try {
      require(name);
    } catch (error) {
      throw new Error(`worker: ${name} cannot be loaded: ${error.message.split("\n")[0]}`);
    }
  }
}

/** Exits with 1, and a line on standard error, where anything is missing. */
function loadAllOrExit() {
  try {
    loadAll();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

module.exports = { loadAllOrExit };
if (require.main === module) loadAllOrExit();
