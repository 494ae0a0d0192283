/**
 * Loads every module that a worker uses; exits with 1 and a line that names it where one cannot be loaded. The image's build runs it,
 * and every worker before it starts: the SDK names none but the graph's own modules.
 */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

const PACKAGE = "regulated-streaming-pipeline";

/** In the order in which a worker loads them: on Node 23 and up the SDK needs node-compat before it. */
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

for (const name of modules()) {
  try {
    require(name);
  } catch (error) {
    console.error(`worker: ${name} cannot be loaded: ${error.message.split("\n")[0]}`);
    if (error.code !== "MODULE_NOT_FOUND") console.error(error.stack);
    process.exit(1);
  }
}
process.exit(0);
