import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { MissingTool } from "./emulators/process";
import { command, preparedOnce } from "./prepared";

/**
 * Beam's Prism, a job service in one binary: where it stands. Takes some minutes the first time, then none.
 * Throws MissingTool where Go is missing.
 */
export function preparedPrism(): string {
  const pinned = "test/support/go/prism.module";
  return prepared("prism", [pinned], (dir) => {
    const module = readFileSync(pinned, "utf8").trim();
    command("go", ["install", "-trimpath", "-ldflags=-s -w", module], { CGO_ENABLED: "0", GOBIN: dir });
  });
}

/** Beam's boot, by the script that builds it for the worker image: where it stands. Throws MissingTool where Go is missing. */
export function preparedBoot(): string {
  const script = "deploy/worker/boot.sh";
  const pinned = ["go.mod", "go.sum"].map((file) => `deploy/worker/boot/typescript/${file}`);
  return prepared("boot", [script, ...pinned], (dir) => command(script, ["typescript", dir]));
}

function prepared(name: string, from: readonly string[], make: (dir: string) => void): string {
  const dir = resolve("build/go", name);
  preparedOnce(dir, from, (empty) => {
    if (!isOnPath("go")) throw new MissingTool("Go is not installed", "Install it from https://go.dev/dl");
    make(empty);
  });
  return join(dir, name);
}

/** Whether there is one of this name; not whether it runs. */
export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((dir) => existsSync(join(dir, program)));
}
