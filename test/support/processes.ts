/** The processes of one run: each carries in its environment what only that run has there. */
import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  /** Its command line, in words. */
  readonly command: string;
}

/** Those that live and have `mark` in their environment, the oldest number first. */
export function markedProcesses(mark: string): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && procFile(name, "environ").includes(mark));
  return pids.map((pid) => ({ pid: Number(pid), command: procFile(pid, "cmdline") })).sort((a, b) => a.pid - b.pid);
}

/** Empty where the process has gone. */
export function procFile(pid: string | number, file: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
