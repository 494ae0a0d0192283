#!/usr/bin/env -S npx ts-node
/** The pipeline's command line. Exit codes: 0 done, 1 lost messages, held at the end or a defect, 2 a command line that cannot be run. */
import { setFlagsFromString } from "node:v8";
import { endAtUncaught, tellDefect } from "../deploy/defects";
import { createLog, type Log } from "./log";
import { ApiError, CredentialsError } from "./dataflow/google";
import { type DirectOptions, type Options, parseOptions } from "./options";
import { UsageError } from "./usage-error";
import { runDataflow } from "./runners/dataflow";
import { runDirect } from "./runners/direct";
import { runPortable } from "./runners/portable";
import { SubmissionError } from "./runners/python";
import { ExpansionError } from "./sdk/cross-language";
import { describe } from "./summary";
import { DeploymentError } from "../deploy/deployment";
import { OutputError, refuseLink, writeOutput } from "../deploy/files/output";
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
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return code;
  }
}

/** Of an error that says itself what was found and what mends it; any other is a defect. */
function exitCodeOf(error: unknown): 1 | 2 | undefined {
  const isOne = (kinds: readonly (new (...args: never[]) => Error)[]) => kinds.some((kind) => error instanceof kind);
  if (isOne([ExpansionError, SubmissionError, ApiError, CredentialsError])) return 1;
  return isOne([UsageError, SchemaError, DeploymentError, OutputError]) ? 2 : undefined;
}

async function run(options: Options, log: Log, print: Print): Promise<number> {
  switch (options.runner) {
    case "Direct":
      return await runHere(options, log, print);
    case "Dataflow":
      return await until("this ends here; a job that was created goes on", log, (stop) =>
        runDataflow(options, log, print, stop),
      );
    case "Portable":
      return await until("this ends here; a job that was submitted goes on", log, (stop) =>
        runPortable(options, log, print, stop),
      );
  }
}

/** V8 would let the old objects double before it looks for dead ones: 90 MB more over a million messages, and no quicker. */
const HEAP_GROWTH = "--heap-growing-percent=10";

async function runHere(options: DirectOptions, log: Log, print: Print): Promise<number> {
  // Said before an hour of work, not after it.
  if (options.summary !== undefined) refuseLink(options.summary);
  setFlagsFromString(HEAP_GROWTH);
  const told = "pulls no more, writes and acknowledges what it has. Once more ends it at once.";
  const summary = await until(told, log, (stop) => runDirect(options, log, stop));
  print(describe(summary));
  if (options.summary !== undefined) writeOutput(options.summary, `${JSON.stringify(summary, null, 2)}\n`);
  return summary.lost || summary.heldBy !== null ? 1 : 0;
}

/** Runs until it ends or is told to by a signal; what then happens is `told`. A second signal ends it at once. */
async function until<T>(told: string, log: Log, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const unlisten = onSignals((signal) => {
    if (stop.signal.aborted) process.exit(128 + (signal === "SIGINT" ? 2 : 15));
    log.info(`${signal}: ${told}`);
    stop.abort();
  });
  return await work(stop.signal).finally(unlisten);
}

function onSignals(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/**
 * When all is done, a half-open connection of Google's client to BigQuery, which it lets nobody close, would keep the process until the network
 * gives it up: a quarter of an hour. What still ends by itself has a second for it.
 */
function endSoon(): void {
  setTimeout(() => process.exit(), 1000).unref();
}

if (require.main === module) {
  // Rows, dead letters and job records are for who runs it alone.
  process.umask(0o077);
  endAtUncaught();
  const ended = main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      tellDefect(error);
      process.exitCode = 1;
    },
  );
  void ended.finally(endSoon);
}
