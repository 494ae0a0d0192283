import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { MissingTool } from "./emulators/process";
import { command, preparedOnce } from "./prepared";

const FROM = "test/support/nodes";

/** Installs the other Node versions into build/nodes. Throws MissingTool where npm has none for this platform. */
export async function prepareNodes(): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new MissingTool("npm carries Node for linux-x64 only", "Run the tests there, or with a version manager");
  }
  return preparedOnce(resolve("build/nodes"), join(FROM, "package-lock.json"), (dir) => {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(FROM, file), join(dir, file));
    command("npm", ["ci", "--no-audit", "--no-fund"], {}, dir);
  });
}
