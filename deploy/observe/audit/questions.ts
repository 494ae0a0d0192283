/** Asking with a record: which command, when, and what came back. */
import { type Command, shown } from "../../resources/command";
import type { Run } from "../../run";
import { type Ask, type Asked, asking } from "../ask";

export interface Recorded {
  readonly command: Command;
  readonly observedAt: string;
  readonly asked: Asked;
}

export interface Questions {
  readonly ask: Ask;
  /** What came of a command; undefined where it was never asked. */
  readonly of: (command: Command) => Recorded | undefined;
  readonly all: () => readonly Recorded[];
}

/** Each command is run once. */
export function questions(
  run: Run,
  now: () => Date = () => new Date(),
  wait?: (ms: number) => Promise<unknown>,
): Questions {
  const ask = asking(whole(run), wait);
  const pending = new Map<string, Promise<Asked>>();
  const recorded = new Map<string, Recorded>();
  const askAndRecord = async (command: Command): Promise<Asked> => {
    const asked = await ask(command);
    recorded.set(shown(command), { command, observedAt: now().toISOString(), asked });
    return asked;
  };
  return {
    ask: (command) => {
      const words = shown(command);
      const answer = pending.get(words) ?? askAndRecord(command);
      pending.set(words, answer);
      return answer;
    },
    of: (command) => recorded.get(shown(command)),
    all: () => [...recorded.values()],
  };
}

/** gcloud ends well, with a warning, where it could ask only some of the places: half an answer is none. */
const PARTIAL = /Some requests did not succeed|regions did not respond|could not be listed/i;

function whole(run: Run): Run {
  return async (command) => {
    const answer = await run(command);
    return answer.code === 0 && PARTIAL.test(answer.stderr) ? { ...answer, code: 1 } : answer;
  };
}

/** The answer, or why there is none. */
export function told<T>(asked: Asked, pick: (answer: never) => T): T | { readonly notObserved: string } {
  return "trouble" in asked ? { notObserved: asked.trouble.said } : pick(asked.answer as never);
}
