/** What Beam's Python sends of JSON texts, by a process of beam_json.py. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const AT_ONCE = 5000;

/** Of each text: its place, and what is sent of it, or `!` and the error's class. */
export async function* beamJson(python: string, texts: readonly string[]): AsyncGenerator<[at: number, sent: string]> {
  const child = spawn(python, ["-B", `${__dirname}/beam_json.py`], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const some = texts.slice(from, from + AT_ONCE);
    child.stdin.write(some.map((text) => `${text}\n`).join(""));
    for (const at of some.keys()) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("beam_json.py has ended");
      yield [from + at, value];
    }
  }
  child.stdin.end();
  await once(child, "close");
}
