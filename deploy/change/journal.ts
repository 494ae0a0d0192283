/** What was done, by whom and when: a line of JSON each, kept on this machine. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { appendOutput } from "../files/output";

export interface Entry {
  readonly resource: string;
  /** As a line to paste. */
  readonly command: string;
  readonly outcome: "started" | "done" | "failed";
  /** What the cloud said, where it failed. */
  readonly said?: string;
}

export type Journal = (entry: Entry) => void;

export const JOURNAL = "build/deploy/journal.jsonl";

/** `by` is who is signed in, and who runs it here. */
export function journal(path: string, by: string, now: () => Date = () => new Date()): Journal {
  mkdirSync(dirname(path), { recursive: true });
  return (entry) => appendOutput(path, `${JSON.stringify({ at: now().toISOString(), by, ...entry })}\n`);
}
