import assert from "node:assert/strict";
import { describeWithoutValues } from "../../deploy/defects";
import fc from "fast-check";

const digits = fc.stringMatching(/^[0-9]{13,19}$/);
/** Texts around a value, some of which look like a line of a stack. */
const quoting = fc.constantFrom(
  (value: string) => value,
  (value: string) => `Unexpected token in ${value}`,
  (value: string) => `no\n    at ${value} (${value}:1:1)\n`,
  (value: string) => `no\n    at ${value}:1:1`,
);

describe("what is said of a defect", () => {
  it("has the class and the place of an error, and nothing of what it says", () => {
    fc.assert(
      fc.property(digits, quoting, fc.boolean(), (value, quote, isChanged) => {
        const error = new TypeError(quote(value));
        if (isChanged) error.message = "changed";
        const text = describeWithoutValues(error);
        assert.ok(text.startsWith("TypeError"));
        assert.ok(!text.includes(value));
        if (!isChanged) assert.match(text, /\n {4}at \S+defects\.test\.ts:\d+:\d+/);
      }),
    );
  });

  it("has nothing of what is thrown without being an error", () => {
    fc.assert(
      fc.property(digits, (value) => {
        for (const thrown of [value, Number(value), { message: value }, [value]]) {
          assert.ok(!describeWithoutValues(thrown).includes(value.slice(0, 13)));
        }
      }),
    );
    for (const nothing of [null, undefined]) assert.match(describeWithoutValues(nothing), /null|undefined/);
  });

  const marks: [string, object, string][] = [
    ["a code of ours", { code: "not_in_64_bits" }, "Error not_in_64_bits"],
    ["a kind of ours", { kind: "set_up" }, "Error set_up"],
    ["a status of gRPC", { code: 14 }, "Error 14"],
    ["a code of the system", { code: "ENOENT" }, "Error ENOENT"],
    ["a number that may be a value", { code: 4111111111111111 }, "Error"],
    ["a text that may be a value", { code: "Jane Doe" }, "Error"],
  ];
  for (const [what, fields, first] of marks) {
    it(`keeps of ${what} what belongs to a closed set`, () => {
      assert.equal(describeWithoutValues(Object.assign(new Error("x"), fields)).split("\n")[0], first);
    });
  }
});
