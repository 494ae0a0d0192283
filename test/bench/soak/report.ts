/** What a soak found, as Markdown and as a plot. Pure: of its samples and what is known of the run. */
import { COLOURS, plot } from "./plot";
import type { Sample } from "./samples";
import {
  byMinute,
  median,
  type Point,
  quantile,
  settled,
  type Slope,
  theilSen,
  type Verdict,
  verdictOf,
} from "./statistics";
import type { Summary } from "../../../pipeline/summary";

export interface Run {
  readonly startedAt: string;
  readonly machine: string;
  readonly node: string;
  readonly rate: number;
  readonly invalid: number;
  readonly sink: string;
  readonly askedMinutes: number;
  /** What RSS and the middle delay may grow in an hour. */
  readonly limits: { readonly rssMegabytes: number; readonly delayMs: number };
  readonly published: number;
  /** What the pipeline says of itself; undefined where it ended before its time. */
  readonly summary?: Summary;
  /** Rows whose id nobody published, or that came twice. */
  readonly unknownRows: number;
  readonly trouble?: string;
}

export interface Finding {
  readonly what: string;
  readonly unit: string;
  readonly slope: Slope;
  readonly median: number;
  readonly max: number;
  readonly limit?: number;
  readonly verdict?: Verdict;
}

export interface Report {
  readonly findings: readonly Finding[];
  /** What did not hold; empty: passed. */
  readonly troubles: readonly string[];
  readonly markdown: string;
  readonly svg: string;
}

const MB = 1e6;
const TITLE = "Memory, delay, backlog and processor time over the run";

export function reportOf(samples: readonly Sample[], run: Run): Report {
  const findings = findingsOf(samples, run);
  const troubles = troublesOf(findings, run);
  return { findings, troubles, markdown: markdownOf(samples, run, findings, troubles), svg: svgOf(samples) };
}

function findingsOf(samples: readonly Sample[], { limits }: Run): Finding[] {
  const finding = (what: string, unit: string, value: (sample: Sample) => number, limit?: number): Finding[] => {
    const points = settled(pointsOf(samples, value));
    const minutes = byMinute(points);
    if (minutes.length < 5) return [];
    const slope = theilSen(minutes);
    const values = points.map((point) => point.value);
    const spread = { median: median(values), max: quantile(values, 1) };
    return [{ what, unit, slope, ...spread, ...(limit !== undefined && { limit, verdict: verdictOf(slope, limit) }) }];
  };
  return [
    ...finding("resident memory", "MB", ({ rssBytes }) => rssBytes / MB, limits.rssMegabytes),
    ...finding("delay, middle of 10 s", "ms", ({ delayP50 }) => delayP50, limits.delayMs),
    ...finding("delay, 99th of 100", "ms", ({ delayP99 }) => delayP99),
    ...finding("V8's heap in use", "MB", ({ heapUsedBytes }) => heapUsedBytes / MB),
    ...finding("buffers outside the heap", "MB", ({ externalBytes }) => externalBytes / MB),
    ...finding("processor time a message", "µs", ({ cpuMicros }) => cpuMicros),
    ...finding("backlog", "messages", ({ backlog }) => backlog),
    ...finding("open descriptors", "", ({ descriptors }) => descriptors),
    ...finding("sockets of them", "", ({ sockets }) => sockets),
    ...finding("threads", "", ({ threads }) => threads),
  ];
}

const pointsOf = (samples: readonly Sample[], value: (sample: Sample) => number): Point[] =>
  samples
    .map((sample) => ({ hours: sample.seconds / 3600, value: value(sample) }))
    .filter((point) => Number.isFinite(point.value));

function troublesOf(findings: readonly Finding[], run: Run): string[] {
  const troubles = run.trouble === undefined ? [] : [run.trouble];
  if (findings.length === 0) troubles.push("too short to say anything: five minutes after the start are the least");
  for (const { what, verdict, slope, limit, unit } of findings) {
    if (verdict === "grows") troubles.push(`${what} ${inWords(slope, unit)}, and may by ${limit} ${unit}/h`);
    if (verdict === "not told")
      troubles.push(`${what} ${inWords(slope, unit)}: a longer run has to tell whether above ${limit}`);
  }
  if (run.summary !== undefined) troubles.push(...lostOf(run.summary, run));
  if (run.unknownRows > 0) troubles.push(`${run.unknownRows} rows came twice, or nobody published them`);
  return troubles;
}

function lostOf({ received, rows, deadLetters }: Summary, { published }: Run): string[] {
  const written = rows + Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  if (received === published && written === published) return [];
  return [`${published} were published, ${received} received, ${written} became rows or dead letters`];
}

/** Whether it grows, and by how much, in words. */
export function inWords({ perHour, low, high }: Slope, unit: string): string {
  const shown = `${perHour.toFixed(2)} ${unit}/h (95%: ${low.toFixed(2)} to ${high.toFixed(2)})`;
  return perHour > 0 ? `grows by ${shown}` : `does not grow: ${shown}`;
}

function markdownOf(
  samples: readonly Sample[],
  run: Run,
  findings: readonly Finding[],
  troubles: readonly string[],
): string {
  const minutes = (samples.at(-1)?.seconds ?? 0) / 60;
  const loads = samples.map(({ load }) => load);
  const number = (value: number) =>
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  const rows = findings.map(({ what, unit, slope, median: middle, max, limit, verdict }) =>
    [
      ...[unit === "" ? what : `${what}, ${unit}`, number(middle), number(max), number(slope.perHour)],
      ...[`${number(slope.low)} to ${number(slope.high)}`, limit ?? "", verdict ?? ""],
    ].join(" | "),
  );
  const { summary } = run;
  const letters = Object.values(summary?.deadLetters ?? {}).reduce((sum, count) => sum + count, 0);
  return `# A soak of ${minutes.toFixed(0)} minutes

\`make soak MINUTES=${run.askedMinutes} RATE=${run.rate} SINK=${run.sink}\`, begun ${run.startedAt} on ${run.machine}, Node ${run.node}. It ran for **${minutes.toFixed(1)} minutes**${minutes < 119 ? ", not the two hours that are the goal" : ""}.
The machine's load meanwhile: ${quantile(loads, 0).toFixed(1)} to ${quantile(loads, 1).toFixed(1)}, in the middle ${median(loads).toFixed(1)}; the run itself needs less than one core. What is above that is other programs': then delays are theirs, too.

**${troubles.length === 0 ? "Flat." : troubles.map((trouble) => `${trouble}.`).join(" ")}**

The pipeline is a process of its own (\`pipeline/main.ts --runner Direct\`), pulling from Google's Pub/Sub emulator; ${sinkInWords(run.sink)}
Messages of the bank's schema come at ${run.rate} a second, ${run.invalid * 100}% of them broken: these go to a dead letter topic. Samples every 10 s by /proc, and V8's own word of its heap.
Slopes are Theil and Sen's, with Sen's interval, over the medians of each minute, without the first fifth (ten minutes at most) of the run.

| | median | most | slope an hour | 95 of 100 | limit | |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join("\n")}

${run.published.toLocaleString("en")} messages were published${
    summary === undefined
      ? "; the pipeline left no summary"
      : `; the pipeline received ${summary.received.toLocaleString("en")}, wrote ${summary.rows.toLocaleString("en")} rows and ${letters.toLocaleString("en")} dead letters, saw ${summary.redelivered} again`
  }.

![${TITLE}](soak.svg)
`;
}

const sinkInWords = (sink: string) =>
  sink === "duckdb"
    ? "rows go into DuckDB, whose hashes of ids grow by 16 to 32 bytes a message by design. When a row is there is not seen: no delay is known."
    : `rows go by Google's client to a stand-in that answers insertAll after 50 ms and
keeps nothing, so that nothing but the pipeline grows (the BigQuery emulator keeps all rows and needs two thirds of a core for this rate). A delay is from the publish request to the answer, by message id.`;

function svgOf(samples: readonly Sample[]): string {
  const minutes = samples.map(({ seconds }) => Math.floor(seconds / 60));
  const each = [...new Set(minutes)];
  const by = (value: (sample: Sample) => number) =>
    each.map((minute) => median(samples.filter((_, i) => minutes[i] === minute).map(value)));
  const line = (name: string, colour: string, value: (sample: Sample) => number) => ({
    name,
    colour,
    values: by(value),
  });
  const { blue, orange, grey } = COLOURS;
  return plot(
    TITLE,
    [
      {
        title: "Memory, MB:",
        lines: [
          line("resident", blue, ({ rssBytes }) => rssBytes / MB),
          line("V8's heap in use", orange, ({ heapUsedBytes }) => heapUsedBytes / MB),
        ],
      },
      {
        title: "Delay, ms:",
        lines: [
          line("99th of 100", orange, ({ delayP99 }) => delayP99),
          line("middle", blue, ({ delayP50 }) => delayP50),
        ],
      },
      { title: "Backlog, messages", lines: [line("", blue, ({ backlog }) => backlog)] },
      { title: "Processor time a message, µs", lines: [line("", blue, ({ cpuMicros }) => cpuMicros)] },
      { title: "The machine's load, all programs", lines: [line("", grey, ({ load }) => load)] },
    ],
    each,
    "minutes",
  );
}
