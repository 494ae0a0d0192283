#!/usr/bin/env -S npx ts-node
/** The pipeline's command line. Exit codes: 0 done, 1 lost messages, held at the end or a defect, 2 a command line that cannot be run. */
import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { createLog, type Log } from "./log";
import { type DirectOptions, parseOptions } from "./options";
import { UsageError } from "./usage-error";
import { runDirect } from "./runners/direct";
import { describe } from "./summary";
import { SchemaError } from "../schemas/schema";

type Print = (text: string) => void;

/** Runs one command line; the summary is printed by `print`. Answers the exit code. */
export async function main(
  argv: readonly string[],
  print: Print = (text) => process.stdout.write(text),
): Promise<number> {
  try {
    const options = parseOptions(argv);
    if (options === undefined) return 0;
    return await run(options, createLog(options.logLevel), print);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SchemaError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

/** V8 would let the old objects double before it looks for dead ones: 90 MB more over a million messages, and no quicker. */
const HEAP_GROWTH = "--heap-growing-percent=10";

async function run(options: DirectOptions, log: Log, print: Print): Promise<number> {
  setFlagsFromString(HEAP_GROWTH);
  const stop = new AbortController();
  const unlisten = onSignals((signal) => {
    if (stop.signal.aborted) process.exit(128 + (signal === "SIGINT" ? 2 : 15));
    log.info(`${signal}: pulls no more, writes and acknowledges what it has. Once more ends it at once.`);
    stop.abort();
  });
  const summary = await runDirect(options, log, stop.signal).finally(unlisten);
  print(describe(summary));
  if (options.summary !== undefined) writeFileSync(options.summary, `${JSON.stringify(summary, null, 2)}\n`);
  return summary.lost || summary.heldBy !== null ? 1 : 0;
}

function onSignals(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      // Only the place of a defect: an error's text may carry a value of a message.
      const { name, stack = "" } = error instanceof Error ? error : new Error();
      process.stderr.write(
        `a defect of the pipeline: ${name}\n${stack
          .split("\n")
          .filter((line) => /^\s+at /.test(line))
          .join("\n")}\n`,
      );
      process.exitCode = 1;
    },
  );
}
