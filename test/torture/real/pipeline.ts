/** The product's own command, started again whenever it was ended, until it is told that all is done. */
import { resolve } from "node:path";
import { type Running, start } from "../../support/commands";

const END_MS = 90_000;
const EXPECTED: ReadonlySet<number | NodeJS.Signals> = new Set(["SIGKILL", "SIGTERM", 0, 1, 143]);

export class Pipeline {
  /** What it did that it should not have. */
  readonly broken: string[] = [];
  starts = 0;
  private running: Running | undefined;
  private expected = false;
  private done = false;
  private readonly life: Promise<void>;

  constructor(
    private readonly args: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly keep: (stderr: string) => void,
  ) {
    this.life = this.live();
  }

  private async live(): Promise<void> {
    while (!this.done) {
      this.starts += 1;
      this.expected = false;
      this.running = start("pipeline/main.ts", this.args, this.env);
      const ended = await this.running.ended;
      this.keep(this.running.output.stderr);
      // Held at the end, by what an operator must mend, is 1; SIGTERM, where it came before the pipeline listened: the messages come again.
      // A second one ends it at once, with 143.
      if (ended === "SIGUSR2") continue; // It came before clock-jump.js listened: a harder end than was meant.
      if (!this.expected) this.broken.push(`ended by itself: ${ended}`);
      else if (!EXPECTED.has(ended)) this.broken.push(`ended with ${ended}`);
      if (this.broken.length > 2) return;
    }
  }

  /** Ends it; it is started again at once. False where it had ended already. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    this.expected = true;
    return this.signal(signal);
  }

  /** False where nobody is there. */
  signal(signal: NodeJS.Signals): boolean {
    return this.running?.child.kill(signal) ?? false;
  }

  /** Tells it to end, and waits for it. */
  async end(): Promise<void> {
    if (this.done) return this.life;
    this.done = true;
    this.kill("SIGTERM");
    const late = setTimeout(() => {
      this.broken.push("did not end when it was told to");
      this.kill("SIGKILL");
    }, END_MS);
    await this.life.finally(() => clearTimeout(late));
  }
}

/** For NODE_OPTIONS: the process' clock jumps at SIGUSR2. */
export const clockJumpEnv = (ms: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--require ${resolve("test/torture/real/clock-jump.js")}`,
  TORTURE_CLOCK_JUMP_MS: String(ms),
});
