/** Google's own Pub/Sub emulator, gcloud's component `pubsub-emulator`. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Emulator, MissingTool, startOnALeash, startServer } from "./process";

const INSTALL =
  "Install gcloud's component pubsub-emulator (or Debian's google-cloud-cli-pubsub-emulator) and Java 11 or newer";

/** Starts it on a free port. Throws MissingTool where it is not installed. */
export async function startPubsubEmulator(): Promise<Emulator> {
  const jar = findPubsubEmulator();
  return startServer(
    (port) => startOnALeash(["java", "-jar", jar, "--host=127.0.0.1", `--port=${port}`]),
    (host) => `http://${host}/`,
  );
}

/** Its jar. Throws MissingTool where that or Java is not installed. */
export function findPubsubEmulator(): string {
  const jar = findJar();
  if (jar === undefined) throw new MissingTool("Google's Pub/Sub emulator is not installed", INSTALL);
  if (spawnSync("java", ["-version"]).status !== 0) throw new MissingTool("Java is not installed", INSTALL);
  return jar;
}

function findJar(): string | undefined {
  for (const root of sdkRoots()) {
    const lib = join(root, "platform/pubsub-emulator/lib");
    const jar = existsSync(lib) && readdirSync(lib).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name));
    if (jar) return join(lib, jar);
  }
  return undefined;
}

/** Where gcloud may be installed; asking it takes a second. */
function sdkRoots(): string[] {
  const beside = (process.env.PATH ?? "")
    .split(delimiter)
    .map((dir) => join(dir, "gcloud"))
    .filter(existsSync)
    .map((gcloud) => dirname(dirname(realpathSync(gcloud))));
  const usual = ["/usr/lib/google-cloud-sdk", "/usr/share/google-cloud-sdk", join(homedir(), "google-cloud-sdk")];
  return [process.env.CLOUDSDK_ROOT_DIR ?? "", ...beside, ...usual].filter((root) => root !== "");
}
