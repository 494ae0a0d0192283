import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { gcloud, shown } from "../../../deploy/resources/command";

describe("a command that is shown", () => {
  const hostile = [
    "$(id)",
    "`id`",
    "a'b",
    'a"b',
    "a b",
    "",
    "a\nb",
    "*",
    "~",
    "a;b",
    "a&b",
    "\\",
    "é",
    "#x",
    "x=y",
    "-n",
    "{a,b}",
    "!x",
  ];

  it("is read by a shell as the very arguments that are run", () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(...hostile),
        fc.string().filter((text) => !text.includes("\0")),
      ),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(words, (args) => {
        const line = shown({ tool: "gcloud", args }).replace(/^gcloud/, "printf '%s\\0' x");
        const { stdout } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
        assert.deepEqual(stdout.split("\0").slice(1, -1), args);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves what is plain without quotes", () => {
    const key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
    assert.equal(
      shown(
        gcloud("pubsub topics create", { project: "p", "topic-encryption-key": key, none: undefined, on: true }, "t"),
      ),
      `gcloud pubsub topics create t --project=p --topic-encryption-key=${key} --on`,
    );
  });
});
