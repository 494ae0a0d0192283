import assert from "node:assert/strict";
import { SeenIds } from "../../../pipeline/endpoints/seen-ids";

describe("the message ids that may have been seen", () => {
  const id = (i: number) => String(8_157_341_265_349_000 + i);

  it("never takes one that was seen for a new one, however many there are", () => {
    const seen = new SeenIds();
    for (let i = 0; i < 200_000; i++) seen.add(id(i));
    for (let i = 0; i < 200_000; i++) assert.ok(!seen.add(id(i)));
  });

  it("takes new ones for new ones: consecutive numbers, and texts that differ in one place", () => {
    const seen = new SeenIds();
    let taken = 0;
    for (let i = 0; i < 200_000; i++) taken += +seen.add(id(i)) + +seen.add(`5f2c77:${i}`) + +seen.add(`${i}:5f2c77`);
    assert.equal(taken, 600_000);
  });

  it("knows the empty id too", () => {
    const seen = new SeenIds();
    assert.ok(seen.add(""));
    assert.ok(!seen.add(""));
  });
});
