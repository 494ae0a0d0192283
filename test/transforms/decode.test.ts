import assert from "node:assert/strict";
import fc from "fast-check";
import { decode } from "../../transforms/decode";
import type { Message } from "../../transforms/message";
import { Refusal } from "../../transforms/refusal";

const message = (data: Uint8Array): Message => ({
  data,
  attributes: {},
  messageId: "1",
  publishTime: "2024-01-01T00:00:00Z",
  orderingKey: "",
});

describe("decode", () => {
  it("gives any text back, with its message beside it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        fc.pre(!text.startsWith("\ufeff"));
        const given = message(Buffer.from(text));
        assert.deepEqual(decode(given), { message: given, text });
      }),
    );
  });

  it("takes any bytes as a strict decoder does, and never throws", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const almost = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text, "latin1")),
    );
    fc.assert(
      fc.property(almost, (bytes) => {
        const decoded = decode(message(bytes));
        let text: string | undefined;
        try {
          text = strict.decode(bytes);
        } catch {
          text = undefined;
        }
        const isRefused = text === undefined || text === "" || text.startsWith("\ufeff");
        if (isRefused) assert.ok(decoded instanceof Refusal);
        else assert.equal((decoded as { text: string }).text, text);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads a view into a larger buffer", () => {
    const whole = Buffer.from("xx{}yy");
    assert.equal((decode(message(whole.subarray(2, 4))) as { text: string }).text, "{}");
  });
});
