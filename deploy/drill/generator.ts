/** The generator as its own process: `generator/main.ts`, which deploy knows by its command line alone. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Generated {
  /** Ids of the messages that were confirmed. */
  readonly ids: number;
  /** Messages that were sent and never confirmed. */
  readonly unconfirmed: number;
  /** Its words where it was refused; undefined where it came to its end. */
  readonly refused?: string;
}

export interface Generating {
  readonly project: string;
  readonly topic: string;
  readonly schema: string;
  readonly messages: number;
  /** A second; undefined for as many as can be. */
  readonly rate?: number;
  /** Share of messages that can never become a row; 0.02 unless said. */
  readonly invalid?: number;
  readonly seed: number;
  /** Where ids and summary are written. */
  readonly folder: string;
}

/** Ends with what came of it, also where it was refused. */
export type Generate = (generating: Generating) => Promise<Generated>;

export const generate: Generate = ({ project, topic, schema, messages, rate, invalid = 0.02, seed, folder }) => {
  const [ids, summary] = [`${folder}/published-${seed}.txt`, `${folder}/generator-${seed}.json`];
  mkdirSync(dirname(ids), { recursive: true });
  const to = ["-d", "pubsub", "-p", project, "-t", topic, "--ids", ids, "--summary", summary, "--schema", schema];
  const what = ["-n", String(messages), "--seed", String(seed), "--invalid", String(invalid)];
  const paced = rate === undefined ? [] : ["--rate", String(rate)];
  const child = spawn(process.execPath, ["-r", "ts-node/register", "generator/main.ts", ...to, ...what, ...paced], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = existsSync(ids) ? readFileSync(ids, "utf8").split("\n") : [];
      const told = existsSync(summary) ? (JSON.parse(readFileSync(summary, "utf8")) as Partial<Generated>) : {};
      const words = said.split("\n").find((line) => / (refused to publish|may not be published to|gave up)/.test(line));
      resolve({
        ids: lines.filter((id) => id !== "").length,
        unconfirmed: told.unconfirmed ?? 0,
        ...(code !== 0 && { refused: words ?? `it ended with ${code}` }),
      });
    });
  });
};
