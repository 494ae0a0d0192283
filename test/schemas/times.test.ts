import assert from "node:assert/strict";
import fc from "fast-check";
import { interval } from "../../schemas/intervals";
import { microsOf, timestamp } from "../../schemas/times";

const two = (value: number) => String(value).padStart(2, "0");

describe("a TIMESTAMP", () => {
  const millis = fc.date({ min: new Date("0002-01-01"), max: new Date("9998-12-31"), noInvalidDate: true });

  it("is the same instant with whatever offset it is written", () => {
    fc.assert(
      fc.property(millis, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const sign = offset < 0 ? "-" : "+";
        const zone = `${sign}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
        const parsed = timestamp.string!(local + zone);
        assert.equal(typeof parsed, "string");
        assert.equal(microsOf(parsed as string), BigInt(instant.getTime()) * 1000n);
      }),
    );
  });

  it("is the same instant as seconds since 1970, before it too", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }), (micros) => {
        const magnitude = String(micros < 0n ? -micros : micros).padStart(7, "0");
        const seconds = `${micros < 0n ? "-" : ""}${magnitude.slice(0, -6)}.${magnitude.slice(-6)}`;
        const parsed = timestamp.number!(seconds);
        assert.equal(typeof parsed, "string");
        assert.equal(microsOf(parsed as string), micros);
      }),
    );
  });
});

describe("an INTERVAL", () => {
  it("is the same in ISO 8601 and in the canonical form", () => {
    const part = fc.integer({ min: -999, max: 999 });
    fc.assert(
      fc.property(part, part, part, part, part, part, (years, months, days, hours, minutes, seconds) => {
        const parsed = interval.string!(`P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}S`);
        assert.equal(typeof parsed, "string");
        assert.equal(interval.string!(parsed as string), parsed, "the canonical form is its own");
        const [calendar = "", day = "", clock = ""] = (parsed as string).split(" ");
        const signed = (text: string, sizes: number[], separator: string) =>
          text
            .replace(/^-/, "")
            .split(separator)
            .reduce((sum, value, i) => sum + Number(value) * sizes[i]!, 0) * (text.startsWith("-") ? -1 : 1);
        assert.equal(signed(calendar, [12, 1], "-") + 0, years * 12 + months);
        assert.equal(Number(day), days);
        assert.equal(signed(clock, [3600, 60, 1], ":") + 0, hours * 3600 + minutes * 60 + seconds);
      }),
    );
  });
});
