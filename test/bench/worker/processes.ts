/** Workers as processes of their own, each with a runner of its own in this one; and what a process has used. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { pythonDescriptor, typescriptDescriptor } from "./descriptors";
import { Runner } from "../../support/fn-api/runner";

const FOLDER = resolve("build/bench/worker");
const STAGE = join(FOLDER, "stage.js");
export const PYTHON = resolve("build/python/bin/python");

export type NodeVersion = 20 | 24;
export type Kind =
  | { readonly what: "ours" | "behind grpc-js"; readonly node: NodeVersion }
  | { readonly what: "Python" };

export class WorkerProcess {
  private bundles = 0;
  private constructor(
    readonly child: ChildProcess,
    readonly runner: Runner,
  ) {}

  static async start(kind: Kind, extra: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    const runner = await new Runner(false).start();
    mkdirSync(FOLDER, { recursive: true });
    const { command, args, env } = commandOf(kind, runner.url);
    const log = openSync(join(FOLDER, `${kind.what.replace(/\W/g, "-")}.log`), "a");
    const child = spawn(command, args, { env: { ...process.env, ...env, ...extra }, stdio: ["ignore", log, log] });
    const descriptor = kind.what === "Python" ? pythonDescriptor(runner.url) : typescriptDescriptor(runner.url);
    runner.descriptors.set("stage", descriptor);
    return new WorkerProcess(child, runner);
  }

  /** Runs one bundle. Answers how many bytes came out. */
  async bundle(data: readonly Buffer[]): Promise<number> {
    const id = `bundle${this.bundles++}`;
    const response = this.runner.processBundle(id, "stage");
    for (const message of data.slice(0, -1)) await this.runner.send(id, message);
    const part = (bytes: Uint8Array, isLast: boolean) => ({
      instructionId: id,
      transformId: "source0",
      data: bytes,
      isLast,
    });
    // Python's worker reads nothing from a part that is the last one.
    await this.runner.sendTogether([part(data.at(-1)!, false), part(Buffer.of(), true)]);
    const { error } = await response;
    if (error !== "") throw new Error(error);
    await this.runner.sentBy(id, "out");
    return this.runner.bytesBy(id, "out");
  }

  /** The processor's seconds of the process so far. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Its memory now and at most so far, in megabytes. */
  get memory(): { now: number; most: number } {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
    return { now: of("VmRSS"), most: of("VmHWM") };
  }

  async stop(): Promise<void> {
    const exited = once(this.child, "exit");
    this.runner.stop();
    this.child.kill("SIGKILL");
    await exited;
  }
}

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

function commandOf(kind: Kind, url: string): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  if (kind.what === "Python") {
    const descriptor = `url: "${url}"`;
    const env = {
      WORKER_ID: "worker-1",
      PYTHONPATH: __dirname,
      LOGGING_API_SERVICE_DESCRIPTOR: descriptor,
      CONTROL_API_SERVICE_DESCRIPTOR: descriptor,
      PIPELINE_OPTIONS: "{}",
      RUNNER_CAPABILITIES: "",
    };
    return { command: PYTHON, args: ["-m", "apache_beam.runners.worker.sdk_worker_main"], env };
  }
  const node = nodeOf(kind.node);
  if (kind.what === "behind grpc-js") {
    // With the flag of our worker's, without which it slows down after each pause: the limit is the least that is possible.
    const script = join(__dirname, "behind-grpc.ts");
    const args = ["--heap-growing-percent=1000", "-r", "ts-node/register", script, url, "worker-1"];
    return { command: node, args, env: {} };
  }
  writeStage();
  const modules = ["regulated-streaming-pipeline/pipeline/sdk/beam", STAGE];
  const options = JSON.stringify({ "beam:option:registered_node_modules:v1": modules });
  const ends = [`--id=worker-1`, `--control_endpoint=${url}`, `--logging_endpoint=${url}`, `--options=${options}`];
  const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
  return {
    command: resolve(process.env.WORKER_FOLDER ?? "build/worker", "bin/npx"),
    args: ["apache-beam-worker", ...ends],
    env,
  };
}

export const nodeOf = (version: NodeVersion) => resolve(`build/nodes/node_modules/node-${version}/bin/node`);

/** The worker folder has no TypeScript. */
function writeStage(): void {
  const options = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  const source = readFileSync(join(__dirname, "stage.ts"), "utf8");
  writeFileSync(STAGE, transpileModule(source, { compilerOptions: options }).outputText);
}
