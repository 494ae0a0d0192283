/**
 * What was replayed: a line of JSON each, on the disk before the next step is taken. It is what tells a second replay of the same
 * message from a first one; it has ids and times, and nothing of a message.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { openAppended } from "../files/output";
import { OperateError } from "./trouble";

/**
 * `started`: about to be published; where nothing follows, nobody knows whether it was. `failed`: certainly not published.
 * `published`: confirmed, under `messageId`. `settled`: the dead letter is acknowledged, too.
 */
export type Outcome = "started" | "failed" | "published" | "settled";

export interface Entry {
  /** The refused message's id. */
  readonly id: string;
  /** When that was published: ids are unique in a topic alone, and an emulator begins again with 1. */
  readonly publishTime: string;
  /** Where it was published to: a topic or a file. */
  readonly to: string;
  readonly outcome: Outcome;
  readonly messageId?: string;
  /** What was mended, by operation and column. */
  readonly mends?: readonly string[];
}

export interface Known extends Entry {
  readonly at: string;
  readonly by: string;
}

export interface ReplayJournal {
  /** The last that is known of this message. */
  of(id: string): Known | undefined;
  add(entries: readonly Entry[]): void;
  close(): void;
}

export const REPLAYS = "build/deploy/replays.jsonl";

/** What is known by the file; nothing where there is none. Throws OperateError where it is damaged. */
export function knownReplays(path: string): ReadonlyMap<string, Known> {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  // What stands behind the last line feed was torn by a crash: its step was not taken.
  lines.pop();
  return new Map(lines.map((line, at) => known(line, at + 1, path)).map((entry) => [entry.id, entry]));
}

function known(line: string, number: number, path: string): Known {
  try {
    const entry: Known = JSON.parse(line);
    if (typeof entry.id === "string" && typeof entry.outcome === "string") return entry;
  } catch {}
  throw new OperateError(
    "JOURNAL_DAMAGED",
    `${path}: line ${number} is damaged: restore it, without it rows may come twice`,
  );
}

/** Opens it for one process alone. Throws OperateError. */
export function openReplayJournal(path: string, by: string, now: () => Date = () => new Date()): ReplayJournal {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = lock(`${path}.lock`);
  try {
    const all = new Map(knownReplays(path));
    const file = openAppended(path);
    ftruncateSync(file, readFileSync(path).lastIndexOf(10) + 1);
    return {
      of: (id) => all.get(id),
      add(entries) {
        const made = entries.map((entry): Known => ({ at: now().toISOString(), by, ...entry }));
        writeSync(file, made.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        fsyncSync(file);
        for (const entry of made) all.set(entry.id, entry);
      },
      close() {
        closeSync(file);
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function lock(path: string): () => void {
  try {
    if (existsSync(path) && !isAlive(Number(readFileSync(path, "utf8")))) unlinkSync(path);
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new OperateError("JOURNAL_IN_USE", `${path}: another replay is under way: wait for its end`);
  }
  return () => unlinkSync(path);
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
