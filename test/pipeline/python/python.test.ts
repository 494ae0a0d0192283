/** The tests that are written in Python, each as a test of its own here: they run once, together. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HERE, needsPython, python } from "./support";
import { MissingTool } from "../../support/emulators/process";
import { skipFor } from "../../support/skip";

interface Outcome {
  readonly id: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly text: string;
}

/** `test_file.Class.test_name` of every test, by what stands in the files: mocha wants to know them before Python has started. */
function testIds(): string[] {
  const files = readdirSync(HERE).filter((file) => /^test_.*\.py$/.test(file));
  return files.flatMap((file) => {
    let suite = "";
    return [...readFileSync(join(HERE, file), "utf8").matchAll(/^(?:class (\w+)| {4}def (test_\w+))/gm)].flatMap(
      ([, name, test]) => {
        if (name !== undefined) suite = name;
        return test === undefined ? [] : [`${file.slice(0, -3)}.${suite}.${test}`];
      },
    );
  });
}

describe("the Python composites", () => {
  const ids = testIds();
  let outcomes: Map<string, Outcome>;
  before(async function () {
    needsPython(this);
    this.timeout(300_000);
    const found = (await python("run.py", [])).map((line) => JSON.parse(line) as Outcome);
    outcomes = new Map(found.map((outcome) => [outcome.id, outcome]));
  });

  for (const id of ids) {
    it(id.replaceAll(/\btest_/g, "").replaceAll("_", " "), function () {
      const { outcome, text } = outcomes.get(id) ?? { outcome: "failed", text: "Python did not run it" };
      if (outcome === "skipped") skipFor(this, new MissingTool(`Python: ${text}`, ""));
      assert.equal(outcome, "passed", text);
    });
  }

  it("have no test that is not listed here", () => {
    const unlisted = [...outcomes.values()].filter(({ id }) => !ids.includes(id));
    assert.deepEqual(unlisted, []);
  });
});
