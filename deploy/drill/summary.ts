/** What a drill comes to: the counts, the times, and whether it was passed. Pure. */
import type { ConsumerTimes } from "./times";

export interface Counts {
  /** Message ids that Pub/Sub confirmed. */
  readonly published: number;
  /** Messages that were refused, and never published. */
  readonly notPublished: number;
  readonly rows: number;
  readonly deadLetters: number;
  /** Published, and neither row nor dead letter: undefined where nobody could count. */
  readonly lost: number | undefined;
  readonly duplicates: number | undefined;
}

export interface Summary extends Omit<Counts, "lost" | "duplicates"> {
  readonly format: 1;
  readonly deployment: string;
  readonly project: string;
  /** What stood in for Google Cloud; null where nothing did. */
  readonly standIn: string | null;
  readonly startedAt: string;
  readonly lost: number | null;
  readonly duplicates: number | null;
  /** By consumer; null where no refusal was seen. From the decision to take the key. */
  readonly secondsUntilRefused: Readonly<Record<string, number | null>>;
  /** By consumer; null where it was not seen to work again. From the decision to give it back. */
  readonly secondsUntilWorking: Readonly<Record<string, number | null>>;
  /** The code of each refusal. */
  readonly refusedWith: Readonly<Record<string, string | null>>;
  /** From the decision to the first command that takes: what was looked up before it. */
  readonly secondsUntilTaken: number | null;
  /** From the decision to the last access that still worked, of all consumers; null where none did. */
  readonly secondsUntilLastAccess: number | null;
  /** What was not so as it must be; empty where the drill is passed. */
  readonly failures: readonly string[];
  readonly passed: boolean;
}

export interface Drilled {
  readonly deployment: string;
  readonly project: string;
  readonly standIn?: string;
  readonly startedAt: string;
  readonly counts: Counts;
  readonly times: readonly ConsumerTimes[];
  /** Seconds from the decision to the first command that takes. */
  readonly untilTaken?: number;
  /** What else went wrong, in a line each. */
  readonly troubles?: readonly string[];
}

export function summaryOf(drilled: Drilled): Summary {
  const { deployment, project, standIn, startedAt, counts, times, untilTaken, troubles = [] } = drilled;
  const by = <T>(of: (one: ConsumerTimes) => T | undefined) =>
    Object.fromEntries(times.map((one) => [one.consumer, of(one) ?? null]));
  const last = times.flatMap(({ lastWorked }) => lastWorked ?? []);
  const failures = [...troubles, ...failuresOf(counts, times)];
  return {
    format: 1,
    ...{ deployment, project, standIn: standIn ?? null, startedAt },
    ...{ ...counts, lost: counts.lost ?? null, duplicates: counts.duplicates ?? null },
    secondsUntilRefused: by(({ untilRefused }) => untilRefused),
    secondsUntilWorking: by(({ untilWorking }) => untilWorking),
    refusedWith: by(({ code }) => code),
    secondsUntilTaken: untilTaken === undefined ? null : Math.round(untilTaken * 10) / 10,
    secondsUntilLastAccess: last.length === 0 ? null : Math.max(...last),
    failures,
    passed: failures.length === 0,
  };
}

function failuresOf(
  { published, rows, deadLetters, lost, duplicates }: Counts,
  times: readonly ConsumerTimes[],
): string[] {
  return [
    ...(published === 0 ? ["nothing was published: there is nothing that could be lost"] : []),
    ...(lost === undefined ? ["what is lost could not be counted"] : []),
    ...(lost ? [`${lost} messages are lost`] : []),
    ...(duplicates === undefined ? ["what was written twice could not be counted"] : []),
    ...(duplicates ? [`${duplicates} messages were written twice`] : []),
    ...(lost === 0 && duplicates === 0 && published !== rows + deadLetters
      ? [`${published} were published, and ${rows} rows and ${deadLetters} dead letters are there`]
      : []),
    ...(times.length === 0 ? ["no consumer was watched"] : []),
    ...times.flatMap(({ consumer, untilRefused, untilWorking }) => [
      ...(untilRefused === undefined ? [`${consumer} was never refused`] : []),
      ...(untilWorking === undefined ? [`${consumer} does not work again`] : []),
    ]),
  ];
}
