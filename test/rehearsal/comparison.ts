/** What a rehearsal proves, by message id. */

/** What became of a message on one side; `content`: the same content is the same text. */
export interface Outcome {
  readonly id: string;
  readonly content: string;
}

export interface Outcomes {
  readonly rows: readonly Outcome[];
  readonly deadLetters: readonly (Outcome & { readonly reason: string })[];
}

export interface Comparison {
  readonly published: number;
  readonly rows: number;
  /** By reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Published ids that are neither a row nor a dead letter. */
  readonly lost: number;
  /** Rows and dead letters beyond the first of their id. */
  readonly duplicates: number;
  /** Whether the DirectRunner made the same rows and the same dead letters of the same messages, attributes included. */
  readonly sameAsDirect: boolean;
  /** Some of the ids of which it did not. */
  readonly different: readonly string[];
}

export function compare(published: readonly string[], staged: Outcomes, direct: Outcomes): Comparison {
  const ids = [...staged.rows, ...staged.deadLetters].map(({ id }) => id);
  const known = new Set(ids);
  const different = differences(staged, direct);
  return {
    published: published.length,
    rows: staged.rows.length,
    deadLetters: countBy(staged.deadLetters.map(({ reason }) => reason)),
    lost: published.filter((id) => !known.has(id)).length,
    duplicates: ids.length - known.size,
    sameAsDirect: different.length === 0,
    different: different.slice(0, 20),
  };
}

/** Ids that have another row or another dead letter on one side, or one on one side only, or more of them. */
function differences(one: Outcomes, other: Outcomes): string[] {
  const [ours, theirs] = [contents(one), contents(other)];
  const ids = [...new Set([...ours.keys(), ...theirs.keys()])];
  return ids.filter((id) => ours.get(id) !== theirs.get(id)).sort();
}

function contents({ rows, deadLetters }: Outcomes): Map<string, string> {
  const byId = new Map<string, string[]>();
  const add = (kind: string, outcomes: readonly Outcome[]) => {
    for (const { id, content } of outcomes) byId.set(id, [...(byId.get(id) ?? []), `${kind} ${content}`]);
  };
  add("row", rows);
  add("dead letter", deadLetters);
  return new Map([...byId].map(([id, all]) => [id, all.sort().join("\n")]));
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
