/** Where dead letters are kept. Taking them loses and hides none: what is not settled is there again. */
import { readFileSync } from "node:fs";
import { type Letter, letterOfLine } from "./letter";
import { OperateError } from "./trouble";

export interface Store {
  readonly name: string;
  /** At most `most`; `more`: whether others wait beyond them. */
  take(most: number): Promise<{ readonly letters: readonly Letter[]; readonly more: boolean }>;
  /** Keeps these from everybody else for the next minute at least. */
  hold(letters: readonly Letter[]): Promise<void>;
  /** These are done with. Answers those for which that did not get through: they come again. */
  settle(letters: readonly Letter[]): Promise<readonly Letter[]>;
  /** Gives back what was taken and not settled. */
  close(): Promise<void>;
}

/**
 * A dead letter file. It is never written to: the pipeline appends to it and holds its ids. What was replayed from it is known by the
 * journal of replays alone. A last line that a crash has torn was never acknowledged: it is passed over, and its message comes again.
 */
export function fileStore(path: string): Store {
  return {
    name: path,
    async take(most) {
      const lines = readText(path).split("\n");
      lines.pop();
      const letters = lines.map((line, at) => letterOfLine(line, at + 1, path));
      return { letters: letters.slice(0, most), more: letters.length > most };
    },
    hold: async () => {},
    settle: async () => [],
    close: async () => {},
  };
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OperateError("NOT_READABLE", `${path} cannot be read (${code}): name a file that is there`);
  }
}
