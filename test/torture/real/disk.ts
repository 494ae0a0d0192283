/** A small disk of a run's own, that can be filled: a tmpfs, where this machine lets us mount one. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const SIZE = "64m";

export class Disk {
  /** Undefined where this machine does not let us: only root may mount. */
  static mount(folder: string): Disk | undefined {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder], { stdio: "ignore" });
    return status === 0 ? new Disk(folder) : undefined;
  }

  /** Should we be ended in between; before the folder is removed. */
  private readonly onExit = () => this.unmount();

  private constructor(readonly folder: string) {
    process.prependOnceListener("exit", this.onExit);
  }

  private get ballast(): string {
    return join(this.folder, "ballast");
  }

  /** To the last page. */
  fill(): void {
    const file = openSync(this.ballast, "w");
    for (let size = 1 << 20; size >= 4096; size >>= 2) {
      try {
        for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
      } catch {
        // Full for pieces of this size.
      }
    }
    closeSync(file);
  }

  makeRoom(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    process.off("exit", this.onExit);
    // Lazily: a file that is still open must not keep it.
    spawnSync("umount", ["-l", this.folder], { stdio: "ignore" });
  }
}
