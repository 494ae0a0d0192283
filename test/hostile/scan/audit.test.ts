/** An audit where messages lie in everything that it looks through: no value of them is in the report, the attestation and the evidence. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markersIn, messageOf } from "./markers";
import { main } from "../../../deploy/proof";
import type { Command } from "../../../deploy/resources/command";
import { allWell, answering } from "../../deploy/audit/answers";

/** Commands that answer with rows or messages. */
const ROWS = /^bq (?:head|query|extract)|^gcloud pubsub subscriptions pull/;

/** Messages where they must not be, and where they belong: in the table and the subscriptions, were they asked for. */
function answers() {
  const rows = [messageOf(0), messageOf(1)].map((text) => JSON.parse(text));
  const messages = [2, 3].map((at) => ({ message: { data: Buffer.from(messageOf(at)).toString("base64") } }));
  return {
    ...allWell(),
    "bq head": rows,
    "bq query": rows,
    "pubsub subscriptions pull": messages,
    "storage cp": `readMessages parseRow ${messageOf(4)} mark1graphx@bank.example`,
    "logging read": [
      {
        textPayload: `cannot write ${messageOf(5)} of mark1linex@bank.example`,
        resource: { labels: { step_id: "s" } },
      },
      { jsonPayload: { message: messageOf(6) }, resource: { labels: { step_id: "s" } } },
    ],
  };
}

describe("what an audit writes", () => {
  let dir: string;
  const { PATH } = process.env;
  // Without a chromium the rest is written all the same, and quickly.
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "scan-audit-"));
    process.env.PATH = "";
  });
  after(() => {
    process.env.PATH = PATH;
    rmSync(dir, { recursive: true, force: true });
  });

  it("has no value of a message: report, attestation, evidence, findings, what is said", async () => {
    const asked: string[] = [];
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const all = answers();
    await main(["audit", "--audits", dir], {
      env: { PROJECT_ID: "bank-project" },
      settingsFile: join(dir, "none"),
      run: (command: Command) => {
        asked.push([command.tool, ...command.args.filter((word) => !word.startsWith("--"))].join(" "));
        return answering(all)(command);
      },
      print: say,
      complain: say,
      wait: async () => {},
    });
    const written = readdirSync(join(dir, "latest")).map((name) => [
      name,
      readFileSync(join(dir, "latest", name), "utf8"),
    ]);
    assert.ok(written.length >= 6);
    for (const [name, text] of [...written, ["said", said]]) assert.deepEqual(markersIn(text!), [], name);
    assert.deepEqual(
      asked.filter((line) => ROWS.test(line)),
      [],
    );
    assert.ok(asked.includes("bq show bank-project:da_streaming_pipeline.cc_account_info"), asked.join("\n"));
    // It has looked: it says what kind is where. And the scan finds what is there, in an envelope too.
    const [, audit] = written.find(([name]) => name === "audit.json")!;
    for (const where of ["the graph of job", "log lines of s"]) assert.ok(audit!.includes(where), where);
    assert.ok(markersIn(JSON.stringify(all)).length > 20);
    assert.ok(markersIn(Buffer.from(messageOf(0)).toString("base64")).length > 5);
  });
});
