import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conforms } from "./conformance";
import { deadLetter } from "./samples";
import { openDeadLetterFile } from "../../../pipeline/endpoints/dead-letter-file";
import type { WriteResult } from "../../../pipeline/endpoints/endpoint";
import type { DeadLetter } from "../../../transforms/dead-letter";

describe("the dead letter file", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "letters-"));
    path = join(dir, "folder", "dead.ndjson");
    mkdirSync(join(dir, "folder"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const lines = () => {
    const all = readFileSync(path, "utf8").split("\n");
    assert.equal(all.pop(), "", "the last line is whole");
    return all.map((line) => JSON.parse(line));
  };
  const ids = () => lines().map((line) => line.attributes.source_message_id);
  async function write(...letters: DeadLetter[]): Promise<WriteResult> {
    const writer = await openDeadLetterFile(path);
    try {
      return await writer.write(letters);
    } finally {
      await writer.close();
    }
  }
  const codeOf = (result: WriteResult) => (result.kind === "setUpError" ? result.trouble.code : result.kind);

  describe("as every endpoint", () => {
    conforms<DeadLetter>(true, deadLetter, async () => ({
      open: () => openDeadLetterFile(path),
      ids: async () => ids(),
      hinder: async () => rmSync(join(dir, "folder"), { recursive: true }),
      mend: async () => void mkdirSync(join(dir, "folder")),
      code: "FILE_ENOENT",
    }));
  });

  it("keeps the original bytes, the attributes and the ordering key in the JSON of a PubsubMessage", async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 34, 92]);
    const letter = deadLetter("7", bytes, "a key");
    await write(letter);
    assert.deepEqual(lines(), [
      { data: bytes.toString("base64"), attributes: { ...letter.attributes }, orderingKey: "a key" },
    ]);
    assert.equal(lines()[0].attributes.original_origin, "test");
  });

  it("is written before it answers", async () => {
    const writer = await openDeadLetterFile(path);
    await writer.write([deadLetter("1")]);
    assert.deepEqual(ids(), ["1"]);
    await writer.close();
  });

  it("cuts off a line that a crash has torn, wherever it was torn", async () => {
    await write(deadLetter("1"), deadLetter("2"));
    const whole = readFileSync(path);
    const first = whole.indexOf(10) + 1;
    for (const end of [first + 1, first + 5, first + 40, whole.length - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, end);
      const result = await write(deadLetter("1"), deadLetter("2"));
      assert.deepEqual(result, { kind: "written", alreadyThere: new Set(["1"]) });
      assert.deepEqual(ids(), ["1", "2"], `torn at ${end}`);
    }
  });

  for (const [what, content] of Object.entries({
    "a line that is no JSON": "Dear Ada,\n",
    "one line without an end": '{"schema":{"fields":[]}}',
    "JSON of another shape": "null\n",
    "messages that are no dead letters": '{"data":"","attributes":{}}\n',
  })) {
    it(`holds where the file has ${what}, and leaves it as it is`, async () => {
      writeFileSync(path, content);
      assert.equal(codeOf(await write(deadLetter("1"))), "FILE_NOT_DEAD_LETTERS");
      assert.equal(readFileSync(path, "utf8"), content);
    });
  }

  it("reads a file of more than one read, with a letter as large as Pub/Sub's largest message", async () => {
    const large = Buffer.alloc(10_000_000, 1);
    await write(deadLetter("1", large), ...Array.from({ length: 5000 }, (_, id) => deadLetter(String(id + 2))));
    appendFileSync(path, '{"data":"AAEC');
    const result = await write(deadLetter("1", large), deadLetter("5001"), deadLetter("5002"));
    assert.deepEqual(result, { kind: "written", alreadyThere: new Set(["1", "5001"]) });
    assert.equal(ids().length, 5002);
  });

  it("holds where the path is a folder", async () => {
    path = dir;
    assert.equal(codeOf(await write(deadLetter("1"))), "FILE_EISDIR");
  });

  it("holds where the disk is full", async function () {
    path = "/dev/full";
    const result = codeOf(await write(deadLetter("1")));
    if (result === "FILE_ENOENT" || result === "FILE_EACCES") this.skip();
    assert.equal(result, "FILE_ENOSPC");
  });
});
