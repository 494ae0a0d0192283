/** CPU seconds of the processes of one run, by what they are. */
import { execFileSync } from "node:child_process";
import { markedProcesses, procFile } from "../../support/processes";

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

  now(): ReadonlyMap<number, readonly [keyof Cpu, number]> {
    const found = new Map<number, readonly [keyof Cpu, number]>();
    for (const { pid, command } of markedProcesses(this.mark)) {
      const kind = KINDS.find(([, one]) => one.test(command))?.[0];
      if (kind !== undefined) found.set(pid, [kind, this.#seconds(pid)]);
    }
    return found;
  }

  since(before: ReturnType<CpuOf["now"]>): Cpu {
    const sums = { typescript: 0, python: 0, java: 0, prism: 0 };
    for (const [pid, [kind, seconds]] of this.now()) sums[kind] += seconds - (before.get(pid)?.[1] ?? 0);
    return sums;
  }

  /** The fields behind the command's name: utime and stime are the twelfth and the thirteenth [proc(5)]. */
  #seconds(pid: number): number {
    const fields = procFile(pid, "stat").split(") ").at(-1)!.split(" ");
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / this.#ticks;
  }
}
