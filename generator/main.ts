/** Makes messages and publishes them, or writes them as lines: `npx ts-node generator/main.ts --help`. */
import fs from "node:fs";
import { finished } from "node:stream/promises";
import { endAtUncaught } from "../deploy/defects";
import { OutputError, openWhole, refuseLink, writeOutput } from "../deploy/files/output";
import { loadTableSchema } from "../schemas/load";
import { SchemaError } from "../schemas/schema";
import { batches } from "./batches";
import { realClock } from "./clock";
import { writeLines } from "./lines";
import { type Destination, type GeneratorCommand, help, parseOptions, UsageError } from "./options";
import { type Progress, showProgress } from "./progress";
import { type PublishError, publishAll } from "./publish";
import { emulatorHost, pubsubPublisher } from "./pubsub";
import { compileGenerator } from "./record";
import { remedy } from "./remedy";
import { inOneLine, type Summary } from "./summary";
import { UnknownLocaleError } from "./locale";

/** What went out, whichever way. */
interface Outcome {
  readonly confirmed: number;
  readonly unconfirmed: number;
  readonly retried: number;
  readonly error?: PublishError;
}

/** What the command line is at fault for. */
const USAGE = [UsageError, UnknownLocaleError, SchemaError, OutputError];

type Batches = AsyncIterable<readonly Uint8Array[]>;

/** The exit codes: 0 done (or stopped by a signal with nothing lost), 1 failed, 2 a command line that cannot be run. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(`${await help()}\n`);
    return 0;
  }
  try {
    return await run(parseOptions(args));
  } catch (error) {
    say(String((error as Error).message).split("\n")[0]!);
    return USAGE.some((kind) => error instanceof kind) ? 2 : 1;
  }
}

async function run(command: GeneratorCommand): Promise<number> {
  const { destination, count, seed, rate, locale, invalid } = command;
  if (command.summary !== undefined) refuseLink(command.summary);
  const lines = destination.kind !== "pubsub";
  const generator = compileGenerator(loadTableSchema(command.schema), { seed, locale, invalid, lines });
  if (!command.seedGiven) say(`seed ${seed} was drawn: --seed ${seed} makes the same messages again`);

  const signal = stopSignal();
  const drawn = batches(() => generator.next(), { count, rate, clock: realClock, signal });
  const progress = showProgress(count, process.stderr);
  const start = realClock.now();
  const outcome = await send(destination, drawn, progress, signal).finally(() => progress.end());
  const seconds = (realClock.now() - start) / 1000;

  const summary: Summary = {
    destination: destination.kind === "pubsub" && emulatorHost() ? "pubsub-emulator" : destination.kind,
    requested: count,
    confirmed: outcome.confirmed,
    unconfirmed: outcome.unconfirmed,
    retried: outcome.retried,
    broken: Object.fromEntries(generator.broken),
    seed,
    locale,
    seconds: Math.round(seconds * 1000) / 1000,
    messagesPerSecond: Math.round(outcome.confirmed / seconds),
  };
  if (command.summary !== undefined) writeOutput(command.summary, `${JSON.stringify(summary, null, 2)}\n`);
  if (outcome.error && destination.kind === "pubsub") {
    say(remedy(outcome.error, destination.project, destination.topic, emulatorHost()));
  }
  say(inOneLine(summary));
  return outcome.unconfirmed > 0 || outcome.error ? 1 : 0;
}

function send(to: Destination, drawn: Batches, progress: Progress, signal: AbortSignal): Promise<Outcome> {
  if (to.kind === "pubsub") return publish(to, drawn, progress, signal);
  return write(
    to.kind === "file" ? fs.createWriteStream(to.path, { fd: openWhole(to.path) }) : process.stdout,
    drawn,
    progress,
  );
}

async function write(
  stream: fs.WriteStream | typeof process.stdout,
  drawn: Batches,
  progress: Progress,
): Promise<Outcome> {
  const confirmed = await writeLines(drawn, stream, progress.add);
  if (stream instanceof fs.WriteStream) await finished(stream.end());
  return { confirmed, unconfirmed: 0, retried: 0 };
}

/** The service answers after tens of milliseconds; the emulator at once, and more requests than these only keep it from its work. */
const inFlight = () => (emulatorHost() ? 4 : 16);

async function publish(
  { project, topic, ids }: Destination & { kind: "pubsub" },
  drawn: Batches,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome> {
  const publisher = await pubsubPublisher(`projects/${project}/topics/${topic}`);
  const file = ids === undefined ? undefined : openWhole(ids);
  try {
    return await publishAll(drawn, publisher, {
      inFlight: inFlight(),
      clock: realClock,
      signal,
      async onConfirmed(confirmed) {
        progress.add(confirmed.length);
        if (file !== undefined) fs.writeFileSync(file, `${confirmed.join("\n")}\n`);
      },
      onRetry: (why) => say(`sending again what was not taken: ${why}`),
    });
  } finally {
    if (file !== undefined) fs.closeSync(file);
    await publisher.close();
  }
}

/** Given at the first SIGINT or SIGTERM; a second one ends the process at once, as if nothing listened. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

/** Standard error, for standard output may be the messages. */
function say(line: string): void {
  process.stderr.write(`generator: ${line}\n`);
}

if (require.main === module) {
  // Messages and their ids are for who runs it alone.
  process.umask(0o077);
  endAtUncaught();
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
