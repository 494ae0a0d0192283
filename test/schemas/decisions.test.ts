import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { MESSAGES, VALUES, type ValueDecision } from "./decisions";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import type { Value } from "../../schemas/schema";
import { decode } from "../../transforms/decode";
import type { Message } from "../../transforms/message";
import { parseRow } from "../../transforms/parse-row";
import { Refusal } from "../../transforms/refusal";

const strict = { unknownColumns: "refuse" } as const;
const bank = parseRow(compileRowParser(loadTableSchema("schemas/cc_account_info.json"), strict), false);

function messageBecomes(data: Uint8Array): string {
  const message: Message = {
    data,
    attributes: {},
    messageId: "1",
    publishTime: "2024-01-01T00:00:00Z",
    orderingKey: "",
  };
  const decoded = decode(message);
  const row = decoded instanceof Refusal ? decoded : bank(decoded);
  return row instanceof Refusal ? `${row.reason} ${row.column}`.trim() : "row";
}

function valueBecomes({ field, json }: ValueDecision): string {
  const parse = compileRowParser(parseTableSchema([field]), strict);
  const row = parse(json === undefined ? "{}" : `{"c":${json}}`);
  if (!(row instanceof Refusal)) return show(row.c!);
  return row.column === "c" && row.reason !== "out_of_range" ? row.reason : `${row.reason} ${row.column}`;
}

function show(value: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex") || "no bytes";
  return inspect(value, { compact: true, breakLength: Number.POSITIVE_INFINITY }).replace(
    /(?<=[{[,:]) | (?=[}\]])/g,
    "",
  );
}

/** The column is named only where it is not the decision's own. */
const named = (becomes: string) => (becomes === "out_of_range" ? "out_of_range c" : becomes);

describe("the decisions of docs/rows.md", () => {
  for (const { input, bytes, becomes } of MESSAGES) {
    it(`${input.slice(0, 60)} → ${becomes}`, () => assert.equal(messageBecomes(bytes), becomes));
  }
  for (const decision of VALUES) {
    it(`${decision.type} ${decision.json ?? "left out"} → ${decision.becomes}`, () =>
      assert.equal(valueBecomes(decision), named(decision.becomes)));
  }

  it("are what the document says (UPDATE=1 writes it)", () => {
    const path = "docs/rows.md";
    const document = readFileSync(path, "utf8");
    const updated = document
      .replace(/(?<=<!-- messages -->\n)[\s\S]*(?=<!-- \/messages -->)/, () => messageTable())
      .replace(/(?<=<!-- values -->\n)[\s\S]*(?=<!-- \/values -->)/, () => valueTable());
    if (process.env.UPDATE) writeFileSync(path, updated);
    else assert.equal(document, updated);
  });
});

function messageTable(): string {
  const lines = MESSAGES.map(({ input, becomes, because }) => `| ${input} | ${becomes} | ${because} |`);
  return ["| message | becomes | because |", "| --- | --- | --- |", ...lines, ""].join("\n");
}

function valueTable(): string {
  const types = [...new Set(VALUES.map(({ type }) => type))];
  const lines = types.map((type) => {
    const of = VALUES.filter((decision) => decision.type === type);
    const code = ({ json }: ValueDecision) => (json === undefined ? "left out" : `\`${json}\``);
    const taken = of.filter((decision) => !isRefused(decision)).map((one) => `${code(one)} → \`${one.becomes}\``);
    const refused = of.filter(isRefused).map((one) => `${code(one)} ${one.becomes}`);
    return `| ${type} | ${taken.join("<br>")} | ${refused.join("<br>")} |`;
  });
  return ["| type | taken | refused |", "| --- | --- | --- |", ...lines, ""].join("\n");
}

const isRefused = ({ becomes }: ValueDecision) => /^[a-z]+_[a-z_]+/.test(becomes);
