/** CPU seconds of the processes of one run, by what they are. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Cpu {
  readonly typescript: number;
  readonly python: number;
  readonly java: number;
  readonly prism: number;
}

const KINDS: readonly (readonly [keyof Cpu, RegExp])[] = [
  ["typescript", /worker_main|\/boot\b/],
  ["python", /worker_pool\.py/],
  ["java", /PlainTextHarness/],
  ["prism", /\/prism\b/],
];

/** Processes that live at both ends of what is measured, or begin within it. */
export class CpuOf {
  readonly #ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

  /** `mark`: text that only the run's processes have in their environment. */
  constructor(private readonly mark: string) {}

  now(): ReadonlyMap<string, readonly [keyof Cpu, number]> {
    const found = new Map<string, readonly [keyof Cpu, number]>();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const kind = KINDS.find(([, command]) => command.test(read(pid, "cmdline")))?.[0];
      if (kind !== undefined && read(pid, "environ").includes(this.mark)) found.set(pid, [kind, this.#seconds(pid)]);
    }
    return found;
  }

  since(before: ReturnType<CpuOf["now"]>): Cpu {
    const sums = { typescript: 0, python: 0, java: 0, prism: 0 };
    for (const [pid, [kind, seconds]] of this.now()) sums[kind] += seconds - (before.get(pid)?.[1] ?? 0);
    return sums;
  }

  /** The fields behind the command's name: utime and stime are the twelfth and the thirteenth [proc(5)]. */
  #seconds(pid: string): number {
    const fields = read(pid, "stat").split(") ").at(-1)!.split(" ");
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / this.#ticks;
  }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
