import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { buildGraph } from "../../pipeline/graph";
import { directRunner, type Root } from "../../pipeline/sdk/beam";
import { inProcess, inProcessSource } from "../../pipeline/sdk/in-process";
import { decodeStep, parseRowStep } from "../../pipeline/steps";
import { type DeadLetter, toDeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";
import type { MessageRow } from "../../transforms/parse-row";
import { Refusal } from "../../transforms/refusal";

const settings = {
  schema: "cc_account_info",
  schemaJson: readFileSync("schemas/cc_account_info.json", "utf8"),
  unknownColumns: "refuse",
  writeMetadata: false,
} as const;

const message = (text: string): Message => ({
  data: Buffer.from(text),
  attributes: {},
  messageId: text,
  publishTime: "2024-01-01T00:00:00Z",
  orderingKey: "",
});

/** Runs the graph over some messages; the table refuses what `refuses` says. Answers what came out, and the names of the stages. */
async function runGraph(texts: readonly string[], refuses: (row: MessageRow) => boolean = () => false) {
  const rows: MessageRow[] = [];
  const letters: DeadLetter[] = [];
  let names: string[] = [];
  const endpoints = {
    readMessages: inProcessSource<Message>("pull", async (emit) => texts.forEach((text) => void emit(message(text)))),
    writeRows: inProcess<MessageRow, DeadLetter>("write", (emit) => ({
      receive(row) {
        if (refuses(row)) emit(toDeadLetter(row.message, new Refusal("refused_by_table"), "writeRows", "s"));
        else rows.push(row);
      },
    })),
    writeDeadLetters: inProcess<DeadLetter, never>("write", () => ({ receive: (letter) => void letters.push(letter) })),
  };
  await directRunner().run(async (root: Root) => {
    await buildGraph(root, endpoints, settings);
    names = Object.values(root.pipeline.getProto().components!.transforms).map(({ uniqueName }) => uniqueName);
  });
  return { rows, letters, names };
}

describe("the graph", () => {
  it("has stage names that a running job can be updated by", async () => {
    const { names } = await runGraph([]);
    const stages = names.filter((name) => name !== "" && !name.includes("/"));
    assert.deepEqual(stages, ["readMessages", "decode", "parseRow", "writeRows", "deadLetters", "writeDeadLetters"]);
  });

  it("sends each message to exactly one end", async () => {
    const texts = ['{"name":"a"}', "", "{", '{"name":1}', '{"x":1}', '{"name":"refused"}'];
    const { rows, letters } = await runGraph(texts, ({ row }) => row.name === "refused");
    assert.deepEqual(
      rows.map((one) => one.row.name),
      ["a", "1"],
    );
    assert.deepEqual(
      letters.map(({ attributes }) => `${attributes.error_stage} ${attributes.error_reason}`),
      ["decode empty", "parseRow invalid_json", "parseRow unknown_column", "writeRows refused_by_table"],
    );
  });

  it("has steps that answer with one element, whatever they are given", () => {
    for (const text of ["", "{", "{}", "\ufeff{}", "[]"]) {
      const [decoded] = decodeStep(message(text), settings);
      const outcome = "passed" in decoded ? parseRowStep(decoded.passed, settings)[0] : decoded;
      assert.equal(Object.keys(outcome).length, 1);
    }
  });
});
