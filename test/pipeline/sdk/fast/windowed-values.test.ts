import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import "../../../../pipeline/sdk/beam";
import { FlatWriter } from "../../../../pipeline/sdk/fast/flat-writer";
import { Reader, Writer } from "../../../support/fn-api/stage";
import { MissingTool } from "../../../support/emulators/process";
import { skipFor } from "../../../support/skip";
import { Context } from "apache-beam/coders/coders";
import {
  FullWindowedValueCoder,
  GlobalWindowCoder,
  IntervalWindowCoder,
  VarIntCoder,
} from "apache-beam/coders/standard_coders";
import { GlobalWindow, IntervalWindow } from "apache-beam/values";
import fc from "fast-check";
import Long from "long";

const PYTHON = "build/python/bin/python";
const CODERS = {
  global: new FullWindowedValueCoder(new VarIntCoder(), GlobalWindowCoder.INSTANCE),
  interval: new FullWindowedValueCoder(new VarIntCoder(), IntervalWindowCoder.INSTANCE),
};
type Kind = keyof typeof CODERS;

/** Beam's own limits of time, in milliseconds. */
const time = fc.bigInt({ min: -9_223_372_036_854_775n, max: 9_223_372_036_854_775n });
const start = fc.bigInt({ min: -9_223_372_036_854_775n, max: 9_223_371_950_454_775n });
const span = fc.tuple(start, fc.integer({ min: 0, max: 86_400_000 })).map(([from, ms]) => [from, from + BigInt(ms)]);
const timing = fc.constantFrom("EARLY", "ON_TIME", "LATE", "UNKNOWN");
const index = fc.nat({ max: 300 });
/** An early pane has no index on time yet, and one whose timing is unknown has none at all. */
const pane = fc.tuple(timing, fc.boolean(), fc.boolean(), index, index).map(([kind, isFirst, isLast, all, onTime]) => ({
  timing: kind,
  isFirst,
  isLast,
  index: kind === "UNKNOWN" ? 0 : all,
  onTimeIndex: kind === "UNKNOWN" ? 0 : kind === "EARLY" ? -1 : onTime,
}));
const element = fc.record({
  kind: fc.constantFrom<Kind>("global", "interval"),
  value: fc.maxSafeInteger(),
  timestamp: time,
  spans: fc.array(span, { minLength: 1, maxLength: 3 }),
  pane,
});
type Sample = typeof element extends fc.Arbitrary<infer T> ? T : never;

const long = (millis: bigint) => Long.fromString(String(millis));

function windowedOf({ kind, value, timestamp, spans, pane }: Sample) {
  const intervals = spans.map(([start, end]) => new IntervalWindow(long(start!), long(end!)));
  return { value, timestamp: long(timestamp), windows: kind === "global" ? [new GlobalWindow()] : intervals, pane };
}

function encode(kind: Kind, value: unknown, writer = new FlatWriter(0, 8)): string {
  CODERS[kind].encode(value as never, writer as never, Context.needsDelimiters);
  return Buffer.from(writer.finish()).toString("hex");
}

const decode = (kind: Kind, hex: string) =>
  CODERS[kind].decode(new Reader(Buffer.from(hex, "hex")), Context.needsDelimiters);

describe("time, windows and pane of an element", () => {
  it("have the bytes that Python gives them, and come back the same", function () {
    if (!existsSync(PYTHON))
      return skipFor(this, new MissingTool("Python's Beam is not installed", "make python installs it"));
    const samples = fc.sample(element, Number(process.env.FUZZ_ROWS ?? 3000));
    const lines = samples.map(({ kind, value, timestamp, spans, pane: p }) =>
      JSON.stringify([
        kind,
        value,
        String(timestamp),
        spans.map((ends) => ends.map(String)),
        [p.timing, p.isFirst, p.isLast, p.index, p.onTimeIndex],
      ]),
    );
    const script = join(__dirname, "../../../support/fn-api/python_windowed.py");
    const { stdout, stderr } = spawnSync(PYTHON, [script], { input: `${lines.join("\n")}\n`, maxBuffer: 2 ** 30 });
    const answers = stdout.toString().trimEnd().split("\n");
    assert.equal(answers.length, samples.length, String(stderr));
    for (const [at, sample] of samples.entries()) {
      const { kind, value, timestamp } = sample;
      const bytes = answers[at]!;
      assert.equal(encode(kind, windowedOf(sample)), bytes);
      assert.equal(encode(kind, windowedOf(sample), new Writer() as never), bytes);
      const back = decode(kind, bytes);
      assert.equal(back.value, value);
      assert.equal(String(back.timestamp), String(timestamp));
      assert.equal(encode(kind, back), bytes);
      assert.equal(encode(kind, back, new Writer() as never), bytes);
    }
  });

  it("are shared by elements, and cannot be changed", () => {
    const [one, other] = [
      decode("global", `${"80".padEnd(16, "0")}000000010f01`),
      decode("global", `${"81".padEnd(16, "0")}000000010f02`),
    ];
    assert.equal(one.windows, other.windows);
    assert.equal(one.pane, other.pane);
    assert.throws(() => one.windows.push(new GlobalWindow()), TypeError);
    assert.throws(() => Object.assign(one.pane, { index: 1 }), TypeError);
  });
});
