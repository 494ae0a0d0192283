/**
 * The pipeline, through Beam, to exact rows that nobody writes: what everything but the sink costs.
 * `nowhere.ts SUBSCRIPTION COUNT` prints the seconds from the first message to the last acknowledgement.
 */
import { readFileSync } from "node:fs";
import { type DeadLetterWriter, NONE_THERE, type RowWriter } from "../../pipeline/endpoints/endpoint";
import { openSubscription } from "../../pipeline/endpoints/pubsub-source";
import { Ledger } from "../../pipeline/ledger";
import { createLog } from "../../pipeline/log";
import { systemClock } from "../../pipeline/runners/clock";
import { runGraph } from "../../pipeline/runners/direct";
import { Stream } from "../../pipeline/runners/stream";

const nowhere: RowWriter & DeadLetterWriter = {
  name: "nowhere",
  keyed: true,
  write: async () => ({ kind: "written", alreadyThere: NONE_THERE }),
  close: async () => {},
};

async function main(subscription: string, count: number): Promise<void> {
  const ledger = new Ledger();
  const stream = new Stream({
    source: await openSubscription(subscription),
    rows: nowhere,
    deadLetters: nowhere,
    ledger,
    clock: systemClock,
    log: createLog("error"),
    schema: "bench",
    schemaVersion: "0",
    idleMs: Number.POSITIVE_INFINITY,
    maxMessages: count,
  });
  const schemaJson = readFileSync("schemas/cc_account_info.json", "utf8");
  await runGraph(stream, { schema: "bench", schemaJson, unknownColumns: "refuse", writeMetadata: false });
  if (ledger.rows !== count) throw new Error(`${ledger.rows} rows of ${count}`);
  process.stdout.write(`${stream.activeMs / 1000}\n`);
  process.exit(0);
}

void main(process.argv[2]!, Number(process.argv[3]));
