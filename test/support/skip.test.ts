import assert from "node:assert/strict";
import type { Context } from "mocha";
import { MissingTool } from "./emulators/process";
import { orSkip, skipReasons } from "./skip";

describe("what a machine lacks", () => {
  const missing = new MissingTool("A tool is missing", "Install it");
  const context = {
    skip() {
      throw new Error("skipped");
    },
  } as unknown as Context;
  const fails = (error: Error) => () => {
    throw error;
  };
  after(() => skipReasons.delete(missing.message));

  it("skips a test with its reason, at once or later", async () => {
    assert.throws(() => orSkip(context, fails(missing)), /^Error: skipped$/);
    await assert.rejects(
      orSkip(context, () => Promise.reject(missing)),
      /^Error: skipped$/,
    );
    assert.ok(skipReasons.has(missing.message));
  });

  it("is told from what fails, and from what is there", async () => {
    assert.throws(() => orSkip(context, fails(new Error("a defect"))), /^Error: a defect$/);
    await assert.rejects(
      orSkip(context, () => Promise.reject(new Error("a defect"))),
      /^Error: a defect$/,
    );
    assert.equal(
      orSkip(context, () => 1),
      1,
    );
    assert.equal(await orSkip(context, async () => 1), 1);
  });
});
