import type { DeadLetterWriter, MessageSource, RowWriter } from "./endpoints/endpoint";
import type { Ledger } from "./ledger";
import type { Ending } from "./runners/stream";

/** What a run did. Written as JSON by `--summary`, and shown on the screen. */
export interface Summary {
  readonly source: MessageSource["kind"];
  readonly sink: string;
  readonly deadLetterSink: string;
  /** What messages were parsed by. */
  readonly schema: { readonly name: string; readonly version: string };
  readonly ended: Ending;
  /** The endpoint that could not be written to when the run was stopped; null where there was none. */
  readonly heldBy: string | null;
  /** Messages published: of the ids given, or of the file read to its end; null where nobody knows. */
  readonly published: number | null;
  readonly received: number;
  readonly rows: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Messages that came although they had been written before. */
  readonly redelivered: number;
  /** Message ids that this run wrote twice; 0 where the sink has a key. */
  readonly duplicates: number;
  /** Messages that were let go, or whose acknowledgement did not get through: they come again. */
  readonly unacknowledged: number;
  /** Published message ids that are in no sink although the source is empty; null where nobody knows what was published. */
  readonly lost: number | null;
  /** From the first message to the last acknowledgement. */
  readonly seconds: number;
  readonly messagesPerSecond: number;
  /** Processor time of this process, of all its threads. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** A stream that was stopped or was full leaves messages where they are: what is not written then is not lost. */
const SOURCE_IS_EMPTY: readonly Ending[] = ["idle", "end"];

export async function summarise(run: {
  source: MessageSource;
  rows: RowWriter;
  deadLetters: DeadLetterWriter;
  schema: Summary["schema"];
  ledger: Ledger;
  /** The ids that the publisher reports; the ledger keeps all ids then. */
  published: readonly string[] | undefined;
  ended: Ending;
  heldBy: string | undefined;
  seconds: number;
  cpuSeconds: number;
}): Promise<Summary> {
  const { source, rows, deadLetters, ledger, published, ended, seconds } = run;
  return {
    source: source.kind,
    sink: rows.name,
    deadLetterSink: deadLetters.name,
    schema: run.schema,
    ended,
    heldBy: run.heldBy ?? null,
    published: published?.length ?? (ended === "end" ? ledger.received : null),
    received: ledger.received,
    rows: ledger.rows,
    deadLetters: ledger.deadLetters,
    redelivered: ledger.redelivered,
    duplicates: ledger.duplicates,
    unacknowledged: ledger.unacknowledged,
    lost:
      published === undefined
        ? lostOfFile(ledger, ended)
        : await lost(ledger.missingOf(published), ended, [rows, deadLetters]),
    seconds: Math.round(seconds * 1000) / 1000,
    messagesPerSecond: seconds > 0 ? Math.round(ledger.received / seconds) : 0,
    cpuSeconds: Math.round(run.cpuSeconds * 1000) / 1000,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function lostOfFile(ledger: Ledger, ended: Ending): number | null {
  return ended === "end" ? ledger.unwritten : null;
}

/** By message id: what this run has not written may stand in a sink from an earlier one. */
async function lost(
  notWritten: readonly string[],
  ended: Ending,
  sinks: readonly Pick<RowWriter, "holds">[],
): Promise<number | null> {
  let missing = notWritten;
  for (const sink of sinks) {
    if (missing.length === 0 || sink.holds === undefined) continue;
    const there = await sink.holds(missing);
    missing = missing.filter((id) => !there.has(id));
  }
  return missing.length === 0 || SOURCE_IS_EMPTY.includes(ended) ? missing.length : null;
}

/** The summary as lines for a person. */
export function describe(summary: Summary): string {
  const letters = Object.entries(summary.deadLetters).sort(([, a], [, b]) => b - a);
  const total = letters.reduce((sum, [, count]) => sum + count, 0);
  const known = (count: number | null) => (count === null ? "not known" : count.toLocaleString("en"));
  const lines: [string, string][] = [
    ["source", summary.source],
    ["sink", summary.sink],
    ["schema", `${summary.schema.name}, version ${summary.schema.version}`],
    ["published", known(summary.published)],
    ["received", known(summary.received)],
    ["rows", known(summary.rows)],
    ["dead letters", `${known(total)}${total > 0 ? `  to ${summary.deadLetterSink}` : ""}`],
    ...letters.map(([reason, count]): [string, string] => [`  ${reason}`, known(count)]),
    ["redelivered", known(summary.redelivered)],
    ["duplicates", known(summary.duplicates)],
    ["unacknowledged", known(summary.unacknowledged)],
    ["lost", known(summary.lost)],
    ["ended", summary.heldBy === null ? summary.ended : `${summary.ended}, held by ${summary.heldBy}`],
    ["time", `${summary.seconds} s, ${known(summary.messagesPerSecond)} messages/s`],
    ["peak memory", `${Math.round(summary.peakRssBytes / 1e6)} MB`],
  ];
  return lines.map(([name, value]) => `  ${name.padEnd(18)} ${value}\n`).join("");
}
