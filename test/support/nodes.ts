import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { command, onlyOnLinuxX64, preparedOnce } from "./prepared";

const FROM = "test/support/nodes";

/** Installs the other Node versions into build/nodes. Throws MissingTool where npm has none for this platform. */
export function prepareNodes(): string {
  onlyOnLinuxX64("Node by npm");
  return preparedOnce(resolve("build/nodes"), [join(FROM, "package-lock.json")], (dir) => {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(FROM, file), join(dir, file));
    command("npm", ["ci", "--no-audit", "--no-fund"], {}, dir);
  });
}
