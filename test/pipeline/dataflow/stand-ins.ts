/** The command line between the stand-ins of Dataflow and of Cloud Storage, for the tests of one `describe`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context, Suite } from "mocha";
import { needsPython } from "../python/support";
import { type Running, start, waitUntil } from "../../support/commands";
import { type DataflowStandIn, startDataflow } from "../../support/dataflow/service";
import { prepareStorageEmulator, type StorageEmulator, startStorageEmulator } from "../../support/emulators/storage";
import { orSkip } from "../../support/skip";
import type { Job } from "../../../pipeline/dataflow/job";
import type { JobRecord } from "../../../pipeline/dataflow/record";

/** That of every profile. */
export const BUCKET = "da_streaming_pipeline";

export interface Ended {
  /** The exit code, or the signal. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StandIns {
  readonly dataflow: DataflowStandIn;
  /** By which Google's clients find the stand-in of Cloud Storage. */
  readonly storageEnv: NodeJS.ProcessEnv;
  /** Where the command leaves its files; each test's own. */
  readonly folder: string;
  /** Starts a submission to the stand-ins. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): Running;
  /** Runs one to its end; fails where a process that it started is still there. */
  submit(...args: readonly string[]): Promise<Ended>;
  /** The names of everything that was staged. */
  staged(): Promise<string[]>;
  object(name: string): Promise<Buffer>;
  /** What Dataflow was asked, in order: `GET /v1b3/…`. */
  paths(): string[];
  /** The job that Dataflow has; fails where it has none, or several. */
  onlyJob(): Job;
  record(): JobRecord;
}

/** For a `before` hook: skips the suite where the stand-ins, or Beam's Python, cannot be had. */
export function needsStandIns(test: Context): void {
  needsPython(test);
  orSkip(test, prepareStorageEmulator);
}

/** Fresh ones for each test. Where they cannot be had, the tests are skipped, loudly. */
export function withStandIns(suite: Suite): StandIns {
  let [dataflow, storage, folder]: [DataflowStandIn?, StorageEmulator?, string?] = [];
  suite.beforeAll(function () {
    needsStandIns(this);
  });
  suite.beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "submission-"));
    dataflow = await startDataflow();
    storage = await startStorageEmulator(BUCKET);
  });
  suite.afterEach(async () => {
    await Promise.all([dataflow?.stop(), storage?.stop()]);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    dataflow = storage = folder = undefined;
  });

  const storageEnv = () => ({ STORAGE_EMULATOR_HOST: `http://${storage!.host}`, BEAM_SERVICE_OVERRIDES: "" });
  const startOne: StandIns["start"] = (args, env) => {
    const to = ["--dataflow_endpoint", dataflow!.endpoint, "--no_auth", "--job_folder", folder!];
    return start("pipeline/main.ts", ["--runner", "Dataflow", ...to, ...args], { ...storageEnv(), ...env });
  };
  return {
    get dataflow() {
      return dataflow!;
    },
    get folder() {
      return folder!;
    },
    get storageEnv() {
      return storageEnv();
    },
    start: startOne,
    async submit(...args) {
      const running = startOne(args);
      const started = new Set<number>();
      const watch = setInterval(() => {
        for (const { pid } of childrenOf(running.child.pid!)) started.add(pid);
      }, 200);
      const code = await running.ended.finally(() => clearInterval(watch));
      await untilGone([...started]);
      return { code, ...running.output };
    },
    staged: () => storage!.objects(BUCKET),
    paths: () => dataflow!.requests.map(({ method, path }) => `${method} ${path}`),
    onlyJob() {
      assert.equal(dataflow!.jobs.all.length, 1);
      return dataflow!.jobs.all[0] as unknown as Job;
    },
    object: (name) => storage!.object(BUCKET, name),
    record: () => JSON.parse(readFileSync(join(folder!, "job.json"), "utf8")),
  };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its command line. */
  readonly command: string;
}

/** The processes below one, at any depth. */
export function childrenOf(pid: number): Process[] {
  const all = processes();
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Fails where one of these still runs after a while: an end takes its time. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await waitUntil(() => !processes().some(({ pid }) => pids.includes(pid)), 10);
}

/** Those that run: one that has ended and was not waited for does not. */
function processes(): Process[] {
  const { stdout } = spawnSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return [...stdout.matchAll(/^ *(\d+) +(\d+) +([^Z\s]\S*) +(.*)$/gm)].map(([, pid, parent, , command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    command: command!,
  }));
}
