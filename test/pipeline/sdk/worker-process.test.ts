import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { withName } from "../../../pipeline/sdk/beam";
import { passUnlessThirteen } from "./on-a-worker";
import { Runner } from "../../support/fn-api/runner";
import { decodeElements, describeStage, encodeElements } from "../../support/fn-api/stage";

describe("the process of a worker", () => {
  let runner: Runner;
  let worker: ChildProcess;
  let said: string;

  beforeEach(async () => {
    runner = await new Runner().start();
    const options = { "beam:option:registered_node_modules:v1": [require.resolve("./on-a-worker")] };
    worker = spawn(
      process.execPath,
      [
        "--require=ts-node/register",
        // As the image of a worker must have it: Node 24 cannot load the SDK without.
        `--require=${require.resolve("../../../pipeline/sdk/node-compat")}`,
        require.resolve("apache-beam/worker/worker_main"),
        "--id=worker-1",
        `--control_endpoint=${runner.url}`,
        `--logging_endpoint=${runner.url}`,
        `--options=${JSON.stringify(options)}`,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    said = "";
    for (const stream of [worker.stdout!, worker.stderr!]) {
      stream.on("data", (chunk) => {
        said += chunk;
      });
    }
    const id = "stage";
    runner.descriptors.set(
      id,
      describeStage(id, runner.url, ([input]) => ({
        out: input!.flatMap(withName("pass", passUnlessThirteen as never)),
      })),
    );
  });
  afterEach(() => {
    worker.kill("SIGKILL");
    runner.stop();
  });

  async function run(bundle: string, element: number): Promise<string> {
    const died = once(worker, "exit").then(() => Promise.reject(new Error(`the worker has ended: ${said}`)));
    const response = runner.processBundle(bundle, "stage");
    await Promise.race([died, runner.send(bundle, encodeElements([element]), true)]);
    return (await Promise.race([died, response])).error;
  }

  it("has the repairs, and ends well when the runner ends its control channel", async () => {
    assert.equal(await run("a", 4111111111111111), "");
    assert.deepEqual(decodeElements(await runner.sentBy("a", "out")), [4111111111111111]);
    const exited = once(worker, "exit");
    await runner.end();
    assert.deepEqual(await exited, [0, null]);
  });

  it("ends with an error when the runner is gone", async () => {
    assert.equal(await run("a", 1), "");
    const exited = once(worker, "exit");
    runner.stop();
    const [code] = await exited;
    assert.equal(code, 1);
  });

  it("logs what the user's functions say, and nothing of requests or of elements", async () => {
    assert.equal(await run("a", 7), "");
    const error = await run("b", 13);
    assert.match(error, /^SyntaxError\n {4}at .*on-a-worker/s);
    assert.equal(await run("c", 1), "");
    await runner.logged("seven");
    const exited = once(worker, "exit");
    await runner.end();
    await exited;
    const everything = [said, ...runner.log, error].join("\n");
    assert.doesNotMatch(everything, /4111111111111111|instructionId|processBundle/);
  });
});
