/** Asking the cloud: each question once, transient errors again. */
import type { Command } from "../resources/command";
import type { Answer, Run } from "../run";
import { type Trouble, troubleOf } from "./trouble";

export type Asked = { readonly answer: unknown } | { readonly trouble: Trouble };
export type Ask = (command: Command) => Promise<Asked>;

const WAITS_MS = [1000, 2000, 4000];

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** By a command's words. */
export type Answers = Map<string, Promise<Asked>>;

/** Answers are kept in `answers`: a second question of the same words takes the first one's answer. */
export function asking(run: Run, wait: (ms: number) => Promise<unknown> = pause, answers: Answers = new Map()): Ask {
  return (command) => {
    const words = JSON.stringify(command);
    const answer = answers.get(words) ?? ask(run, command, wait);
    answers.set(words, answer);
    return answer;
  };
}

/** Forgets what was no answer, and the answer to `changed`. */
export async function forget(answers: Answers, changed: readonly Command[]): Promise<void> {
  for (const command of changed) answers.delete(JSON.stringify(command));
  for (const [words, asked] of answers) if ("trouble" in (await asked)) answers.delete(words);
}

async function ask(run: Run, command: Command, wait: (ms: number) => Promise<unknown>): Promise<Asked> {
  for (const ms of WAITS_MS) {
    const asked = read(command, await run(command));
    if (!("trouble" in asked) || asked.trouble.kind !== "transient") return asked;
    await wait(ms);
  }
  return read(command, await run(command));
}

function read({ tool, args }: Command, answer: Answer): Asked {
  if (answer.code !== 0) return { trouble: troubleOf(answer) };
  // bq prints nothing where it lists nothing.
  if (tool === "bq" && args.includes("ls") && answer.stdout.trim() === "") return { answer: [] };
  try {
    return { answer: JSON.parse(answer.stdout) };
  } catch {
    return { trouble: { kind: "refused", said: "the answer is no JSON" } };
  }
}
