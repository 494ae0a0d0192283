/** A command line of the user's own, such as `make run-dataflow …`: run without a shell, so that nothing in it means more than it says. */
import { spawn } from "node:child_process";
import { UsageError } from "./command-line";

/** Letters, and what is between quotes. What only a shell understands is in none. */
const WORD = /(?:[^\s"'`$\\;|&<>()*?~]|"[^"`$\\]*"|'[^']*')+/y;

/** Its program and words; quotes keep spaces. Throws UsageError where it takes a shell, or is empty. */
export function wordsOf(line: string): readonly [string, ...string[]] {
  const words: string[] = [];
  for (let at = 0; ; ) {
    at += /^\s*/.exec(line.slice(at))![0].length;
    if (at === line.length) break;
    WORD.lastIndex = at;
    const word = WORD.exec(line)?.[0];
    if (word === undefined) {
      throw new UsageError(
        `"${line}" has ${line[at]}, which takes a shell: give a program and its words, or a script's path`,
      );
    }
    words.push(word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
    at += word.length;
  }
  const [program, ...rest] = words;
  if (program === undefined)
    throw new UsageError("an empty command line was given to be run: leave it out, or name a program");
  return [program, ...rest];
}

/** Runs it on this terminal, and answers its exit code; 1 where a signal ended it. Throws UsageError. */
export function runLine(line: string): Promise<number> {
  const [program, ...words] = wordsOf(line);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: "inherit" });
    child.on("error", ({ message }) => reject(new UsageError(`${program} cannot be run: ${message}`)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
