/**
 * `make soak`: the pipeline for hours at a steady rate below capacity, and whether its memory and its delay stay flat. MINUTES and RATE say how
 * long and how many messages a second, INVALID which share is broken, SINK=stand-in|duckdb where rows go, LIMIT_MB what memory may grow in an hour,
 * LIMIT_MS the delay. Leaves samples.csv, soak.md and soak.svg in build/soak. Exit codes: 0 flat, 1 not flat or something is lost, 2 a bad setting.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { reportOf, type Run } from "./soak/report";
import { openCsv, type Sample, Sampler } from "./soak/samples";
import { SINKS, startTraffic, type Traffic } from "./soak/traffic";
import { numberOf, SettingError, wordOf } from "./soak/settings";
import { MissingTool } from "../support/emulators/process";

const FOLDER = "build/soak";
const EVERY_MS = 10_000;
/** What waits when the publisher is through must be written within this. */
const DRAIN_MS = 120_000;

interface Settings {
  readonly minutes: number;
  readonly rate: number;
  readonly invalid: number;
  readonly sink: (typeof SINKS)[number];
  readonly limits: Run["limits"];
}

const settings = (): Settings => ({
  minutes: numberOf("MINUTES", 120),
  rate: numberOf("RATE", 300),
  invalid: numberOf("INVALID", 0.02, { from: 0, to: 1 }),
  sink: wordOf("SINK", SINKS),
  limits: { rssMegabytes: numberOf("LIMIT_MB", 10), delayMs: numberOf("LIMIT_MS", 50) },
});

async function main(): Promise<number> {
  const asked = settings();
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  const startedAt = new Date().toISOString();
  const traffic = await startTraffic({ folder: FOLDER, sink: asked.sink, invalid: asked.invalid, seed: 1 });
  const samples: Sample[] = [];
  try {
    const rest = await soak(traffic, asked, samples, stop.signal);
    return report(samples, { ...runOf(asked, startedAt), ...rest });
  } finally {
    await traffic.stop();
  }
}

/** Samples until all is published and written; what of the run is known then. */
async function soak(traffic: Traffic, { rate, minutes }: Settings, samples: Sample[], signal: AbortSignal) {
  const publishing = traffic.publish(rate, minutes * 60, signal).then(
    () => undefined,
    (error: Error) => `publishing stopped: ${error.message}`,
  );
  let isPublishing = true;
  void publishing.then(() => {
    isPublishing = false;
  });
  const keep = openCsv(join(FOLDER, "samples.csv"));
  const sampler = new Sampler(traffic, () => loadavg()[0]!);
  const hasEnded = () => traffic.pipeline.child.exitCode !== null || traffic.pipeline.child.signalCode !== null;
  while (isPublishing && !hasEnded()) {
    await Promise.race([pause(EVERY_MS), publishing.then(() => {})]);
    if (hasEnded() || !isPublishing) break;
    samples.push(sampler.take());
    keep(samples.at(-1)!);
    say(samples.at(-1)!);
  }
  for (const end = Date.now() + DRAIN_MS; traffic.written() < traffic.delays.published && Date.now() < end; ) {
    if (hasEnded()) break;
    await pause(250);
  }
  const early = hasEnded() ? "the pipeline ended before its time" : undefined;
  const summary = await traffic.finish().catch(() => undefined);
  writeFileSync(join(FOLDER, "pipeline.log"), traffic.pipeline.output.stderr);
  const { published, unknown: unknownRows } = traffic.delays;
  const trouble =
    early ?? (isPublishing ? undefined : await publishing) ?? (summary ? undefined : "the pipeline left no summary");
  return { published, unknownRows, ...(summary && { summary }), ...(trouble !== undefined && { trouble }) };
}

function say({ seconds, rssBytes, heapUsedBytes, backlog, delayP50, delayP99, cpuMicros, descriptors }: Sample): void {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const memory = `${megabytes(rssBytes)}, heap ${megabytes(heapUsedBytes)}`;
  const rest = `delay ${delayP50}/${delayP99} ms, waiting ${backlog}, ${cpuMicros} µs a message, ${descriptors} fds`;
  process.stdout.write(`${String(seconds).padStart(6)} s  ${memory}, ${rest}\n`);
}

function runOf({ minutes, rate, invalid, sink, limits }: Settings, startedAt: string) {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  return { ...{ startedAt, machine, node: process.version, rate, invalid, sink, limits }, askedMinutes: minutes };
}

function report(samples: readonly Sample[], run: Run): number {
  const { markdown, svg, troubles, findings } = reportOf(samples, run);
  writeFileSync(join(FOLDER, "soak.md"), markdown);
  writeFileSync(join(FOLDER, "soak.svg"), svg);
  writeFileSync(join(FOLDER, "soak.json"), `${JSON.stringify({ run, findings, troubles }, null, 2)}\n`);
  process.stdout.write(`\n${markdown}\n${FOLDER} has soak.md, soak.svg and samples.csv\n`);
  return troubles.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const isSaid = error instanceof SettingError || error instanceof MissingTool;
    process.stderr.write(`${isSaid ? error.message : error.stack}\n`);
    process.exit(error instanceof SettingError ? 2 : 1);
  },
);
