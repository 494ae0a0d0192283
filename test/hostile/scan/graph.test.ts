/** What a submission stages and sends: no value of a message that its process has seen. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { markersIn } from "./markers";
import { needsPython, PYTHON } from "../../pipeline/python/support";
import { run } from "../../support/commands";
import { isFirstNode } from "../../support/first-node";

const SEEN = resolve("test/hostile/scan/seen.ts");
/** The one marker that belongs there. */
const TABLE = "mark1tablex";

/** What Beam's Python has packed into the graph: pickled, by bzip2, in base64. */
const UNPACK = `
import base64, bz2, re, sys
for packed in re.findall(rb"QlpoOT[A-Za-z0-9+/]+=*", open(sys.argv[1], "rb").read()):
    sys.stdout.buffer.write(bz2.decompress(base64.b64decode(packed)))
`;

describe("what a submission stages", () => {
  if (!isFirstNode) return;
  let dir: string;
  before(function () {
    dir = mkdtempSync(join(tmpdir(), "graph-"));
    needsPython(this);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it("has no value of a message: the graph with all that is packed in it, the job, what is said", async () => {
    const job = ["--runner", "Dataflow", "--dry_run", "--project", "my-project", "--job_folder", dir];
    const { output } = await run("pipeline/main.ts", [...job, "--table", `my-project:bank.${TABLE}`], {
      NODE_OPTIONS: `--require ts-node/register --require ${SEEN}`,
    });
    assert.deepEqual(readdirSync(dir).sort(), ["job.json", "pipeline.pb", "request.json"]);
    const graph = join(dir, "pipeline.pb");
    const { stdout: packed } = spawnSync(PYTHON, ["-c", UNPACK, graph], { encoding: "latin1" });
    const written = {
      graph: readFileSync(graph, "latin1"),
      packed,
      job: readFileSync(join(dir, "job.json"), "utf8"),
      request: readFileSync(join(dir, "request.json"), "utf8"),
      said: output.stdout + output.stderr,
    };
    const found = (text: string) => [...new Set(markersIn(text))];
    for (const [what, text] of Object.entries(written)) {
      assert.deepEqual(
        found(text).filter((marker) => marker !== TABLE),
        [],
        what,
      );
    }
    // What does belong there is found, however deep it lies.
    assert.deepEqual([found(written.graph), found(packed)], [[TABLE], [TABLE]]);
  });
});
