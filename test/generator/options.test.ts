import assert from "node:assert/strict";
import { parseOptions, UsageError } from "../../generator/options";

const parse = (line: string) => parseOptions(line.split(" ").filter((word) => word !== ""));

describe("generator: command line", () => {
  it("takes the article's own", () => {
    const command = parse("-d pubsub -p data-analytics-bk -t str-pl-pubsub-topic -n 100000");
    assert.deepEqual(command.destination, {
      kind: "pubsub",
      project: "data-analytics-bk",
      topic: "str-pl-pubsub-topic",
    });
    assert.equal(command.count, 100_000);
    assert.equal(command.rate, Number.POSITIVE_INFINITY);
    assert.equal(command.invalid, 0);
    assert.equal(command.locale, "en_GB");
    assert.equal(command.seedGiven, false);
    assert(Number.isInteger(command.seed));
  });

  it("takes long names and every option", () => {
    const line = "--destination pubsub --project p-1 --topic t-1 --number 5 --seed 0 --rate 2.5 --invalid 1";
    assert.deepEqual(parse(`${line} --schema S --locale de --ids I --summary M`), {
      destination: { kind: "pubsub", project: "p-1", topic: "t-1", ids: "I" },
      count: 5,
      seed: 0,
      seedGiven: true,
      rate: 2.5,
      invalid: 1,
      schema: "S",
      locale: "de",
      summary: "M",
    });
  });

  it("takes a file and standard output", () => {
    assert.deepEqual(parse("-d file -o F -n 1").destination, { kind: "file", path: "F" });
    assert.deepEqual(parse("-d stdout -n 1").destination, { kind: "stdout" });
  });

  for (const line of [
    "",
    "-d pubsub -p p-1 -n 1",
    "-d pubsub -t t-1 -n 1",
    "-d pubsub -p p-1 -t t-1",
    "-d file -n 1",
    "-d elsewhere -n 1",
    "-d stdout -n 1 -o F",
    "-d pubsub -p p-1 -t t-1 -n 1 -o F",
    "-d file -o F -n 1 --ids I",
    "-d file -o F -n 1 -p p-1",
    "-d stdout -n 1 --ids I",
    "-d pubsub -p p-1 -t projects/p-1/topics/t-1 -n 1",
    "-d pubsub -p projects/p-1 -t t-1 -n 1",
    "-d stdout -n",
    "-d stdout -n 0",
    "-d stdout -n -1",
    "-d stdout -n 1.5",
    "-d stdout -n 1e3",
    "-d stdout -n many",
    "-d stdout -n 1 --seed -1",
    "-d stdout -n 1 --seed 4294967296",
    "-d stdout -n 1 --rate 0",
    "-d stdout -n 1 --rate fast",
    "-d stdout -n 1 --invalid 1.1",
    "-d stdout -n 1 --invalid -0.1",
    "-d stdout -n 1 --unknown",
    "-d stdout -n 1 --no-seed",
    "-d stdout -n 1 stray",
    "-d stdout -n 1 --locale=",
  ]) {
    it(`refuses ${JSON.stringify(line)} in one line`, () => {
      assert.throws(
        () => parse(line),
        (error: Error) => error instanceof UsageError && !error.message.includes("\n"),
      );
    });
  }
});
