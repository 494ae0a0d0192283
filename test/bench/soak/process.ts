/** What a process has of the machine, by /proc [proc(5)]. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Usage {
  /** Of all its threads. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Of these, what is of no file: heap, stacks, buffers. */
  readonly anonymousBytes: number;
  readonly threads: number;
  /** Seconds in which its main thread could run and had no processor. */
  readonly waitedSeconds: number;
  /** Open file descriptors, and those of them that are sockets. */
  readonly descriptors: number;
  readonly sockets: number;
}

let ticks: number | undefined;

/** Throws ENOENT where the process has ended. */
export function usageOf(pid: number): Usage {
  ticks ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(pid, fd));
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
    rssBytes: of("VmRSS") * 1024,
    anonymousBytes: of("RssAnon") * 1024,
    threads: of("Threads"),
    waitedSeconds: waitedSeconds(pid),
    descriptors: open.length,
    sockets: open.filter((target) => target.startsWith("socket:")).length,
  };
}

/** Its second number is nanoseconds on a run queue. */
export function waitedSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[1]) / 1e9;
}

/** Empty where it was closed meanwhile. */
function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return "";
  }
}
