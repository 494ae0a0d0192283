/** What holds for every endpoint that is written to, whatever stands behind it. */
import assert from "node:assert/strict";
import type { DeadLetterWriter, RowWriter, WriteResult } from "../../../pipeline/endpoints/endpoint";

/** Somewhere to write to that a test has for itself. */
export interface Target<T> {
  open(): Promise<Writer<T>>;
  /** The message ids that are there, each as often as it is. */
  ids(): Promise<string[]>;
  /** Makes what an operator must mend, and mends it. */
  hinder(): Promise<void>;
  mend(): Promise<void>;
  /** The code that the set-up error has meanwhile. */
  readonly code: string;
}

interface Writer<T> extends Pick<RowWriter | DeadLetterWriter, "name" | "keyed" | "holds" | "close"> {
  write(batch: readonly T[]): Promise<WriteResult>;
}

/** `make`: something to write with this message id. `target`: a new one for each test. `keyed`: an id that comes again adds nothing. */
export function conforms<T>(keyed: boolean, make: (messageId: string) => T, target: () => Promise<Target<T>>): void {
  let at: Target<T>;
  let writer: Writer<T>;
  beforeEach(async () => {
    at = await target();
  });
  afterEach(() => writer.close());

  const batch = (...ids: number[]) => ids.map((id) => make(idOf(id)));
  const idOf = (id: number) => String(8_157_341_265_349_000 + id);
  const idsThere = async () => (await at.ids()).map((id) => Number(id) - 8_157_341_265_349_000).sort((a, b) => a - b);

  async function writes(ids: number[], alreadyThere: number[] = []): Promise<void> {
    const result = await writer.write(batch(...ids));
    assert.equal(result.kind, "written");
    assert.deepEqual([...(result as { alreadyThere: ReadonlySet<string> }).alreadyThere], alreadyThere.map(idOf));
  }

  it("writes every one of a batch", async () => {
    writer = await at.open();
    assert.equal(writer.keyed, keyed);
    const many = Array.from({ length: 1200 }, (_, id) => id);
    await writes(many);
    await writes([1200]);
    await writer.close();
    assert.deepEqual(await idsThere(), [...many, 1200]);
  });

  it("takes an empty batch", async () => {
    writer = await at.open();
    await writes([]);
    await writes([1]);
    await writer.close();
    assert.deepEqual(await idsThere(), [1]);
  });

  if (keyed) {
    it("adds nothing where a batch comes again, and says so", async () => {
      writer = await at.open();
      await writes([1, 2, 3]);
      await writes([1, 2, 3], [1, 2, 3]);
      await writes([3, 4], [3]);
      await writer.close();
      assert.deepEqual(await idsThere(), [1, 2, 3, 4]);
    });

    it("still knows its key when it is opened again", async () => {
      writer = await at.open();
      await writes([1, 2]);
      await writer.close();
      writer = await at.open();
      assert.deepEqual([...(await writer.holds!([2, 3, 1].map(idOf)))].sort(), [1, 2].map(idOf));
      await writes([2, 3], [2]);
      await writer.close();
      assert.deepEqual(await idsThere(), [1, 2, 3]);
    });

    it("writes an id once that a batch has twice", async () => {
      writer = await at.open();
      await writes([1, 2, 1, 1]);
      await writer.close();
      assert.deepEqual(await idsThere(), [1, 2]);
    });
  }

  it("says what an operator must mend, as often as it is asked, and goes on once it is mended", async () => {
    await at.hinder();
    writer = await at.open();
    for (const _ of [1, 2]) {
      const result = await writer.write(batch(1, 2));
      assert.equal(result.kind, "setUpError");
      assert.equal((result as { trouble: { code: string } }).trouble.code, at.code);
    }
    await at.mend();
    await writes([1, 2]);
    await writer.close();
    assert.deepEqual(await idsThere(), [1, 2]);
  });

  it("can be closed twice, and without anything written", async () => {
    writer = await at.open();
    await writer.close();
  });
}
