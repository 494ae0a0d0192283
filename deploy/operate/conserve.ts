/** published = rows + dead letters + waiting: an equation of numbers with their sources, which closes or does not. */

export interface Term {
  readonly name: string;
  /** Undefined where it was not observed. */
  readonly count: number | undefined;
  readonly source: string;
}

export interface Equation {
  readonly how: "by id" | "by count";
  readonly left: readonly Term[];
  readonly right: readonly Term[];
  /** Left less right; undefined where something was not observed. */
  readonly difference: number | undefined;
  readonly closes: boolean;
  /** What must be known beside it. */
  readonly remarks: readonly string[];
}

export function equation(
  how: Equation["how"],
  left: readonly Term[],
  right: readonly Term[],
  remarks: readonly string[] = [],
  tolerance = 0,
): Equation {
  const [a, b] = [sum(left), sum(right)];
  const difference = a === undefined || b === undefined ? undefined : a - b;
  return {
    how,
    left,
    right,
    difference,
    closes: difference !== undefined && Math.abs(difference) <= tolerance,
    remarks,
  };
}

const sum = (terms: readonly Term[]) =>
  terms.reduce<number | undefined>(
    (all, { count }) => (all === undefined || count === undefined ? undefined : all + count),
    0,
  );

/** What is known of single message ids. */
export interface Ids {
  readonly published: ReadonlySet<string>;
  readonly rows: ReadonlySet<string>;
  readonly deadLetters: ReadonlySet<string>;
  /** Dead letters that are no longer kept, because they were replayed: by the journal. */
  readonly replayed: ReadonlySet<string>;
  /** Waiting, by id; or how many wait, where ids are not asked for. */
  readonly waiting: ReadonlySet<string> | number;
}

export interface Sources {
  readonly published: string;
  readonly rows: string;
  readonly deadLetters: string;
  readonly waiting: string;
}

const SHOWN_IDS = 10;

/** Every published id in exactly one place. A row that is a dead letter, too, counts as a row and is told. */
export function equationById(ids: Ids, sources: Sources, duplicates: number | undefined): Equation {
  const { published, rows, deadLetters, replayed, waiting } = ids;
  const count = { rows: 0, deadLetters: 0, replayed: 0, waiting: 0 };
  const both: string[] = [];
  const missing: string[] = [];
  for (const id of published) {
    if (rows.has(id) && deadLetters.has(id) && !replayed.has(id)) both.push(id);
    if (rows.has(id)) count.rows += 1;
    else if (deadLetters.has(id)) count.deadLetters += 1;
    else if (replayed.has(id)) count.replayed += 1;
    else if (typeof waiting !== "number" && waiting.has(id)) count.waiting += 1;
    else missing.push(id);
  }
  if (typeof waiting === "number") count.waiting = waiting;
  const byId = typeof waiting !== "number";
  const remarks = [
    ...(byId || waiting === 0 ? [] : ["what waits is known by count: the missing ids may be those that wait"]),
    ...(missing.length > 0 ? [`${missing.length} in no sink: ${some(missing)}`] : []),
    ...(both.length > 0 ? [`${both.length} both a row and a dead letter: ${some(both)}`] : []),
    ...(duplicates === undefined
      ? []
      : duplicates > 0
        ? [`${duplicates} rows more than message ids in the table`]
        : []),
  ];
  const made = equation(
    "by id",
    [{ name: "published", count: published.size, source: sources.published }],
    [
      { name: "rows", count: count.rows, source: sources.rows },
      { name: "dead letters", count: count.deadLetters, source: sources.deadLetters },
      { name: "dead letters replayed", count: count.replayed, source: "the journal of replays" },
      { name: "waiting", count: count.waiting, source: sources.waiting },
    ],
    remarks,
  );
  return { ...made, closes: made.closes && both.length === 0 && !(duplicates !== undefined && duplicates > 0) };
}

const some = (ids: readonly string[]) =>
  ids.slice(0, SHOWN_IDS).join(" ") + (ids.length > SHOWN_IDS ? ` and ${ids.length - SHOWN_IDS} more` : "");

export function equationAsText({ how, left, right, difference, closes, remarks }: Equation): string {
  const known = (count: number | undefined) => (count === undefined ? "not observed" : count.toLocaleString("en"));
  const lines = [
    ...left.map((term, at) => [at === 0 ? "" : "+", term] as const),
    ...right.map((term, at) => [at === 0 ? "=" : "+", term] as const),
  ];
  const text = lines.map(
    ([sign, { name, count, source }]) =>
      `${sign.padStart(2)} ${name.padEnd(26)} ${known(count).padStart(14)}  ${source}\n`,
  );
  const open =
    difference === undefined ? "something was not observed" : `the difference is ${difference.toLocaleString("en")}`;
  const end = closes ? `it closes, ${how}` : `IT DOES NOT CLOSE, ${how}: ${difference === 0 ? "see below" : open}`;
  return `${text.join("")}\n${end}\n${remarks.map((remark) => `- ${remark}\n`).join("")}`;
}
