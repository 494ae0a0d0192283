/**
 * Replaying dead letters: planned first, so that the dry run shows what would be done and the real run does it. Each step is in the
 * journal before it is taken, and a dead letter is acknowledged only when its message is confirmed to be published.
 */
import { Refusal } from "../../transforms/refusal";
import type { ReplayJournal } from "./journal";
import { type Letter, NOT_A_DEAD_LETTER } from "./letter";
import type { Publisher } from "./publish";
import type { Again } from "./restore";
import type { Store } from "./store";

/** Why a letter is not replayed: the closed set of codes. */
export type Hindrance =
  /** It was published before, as the journal knows. Where that was to another place, its dead letter is not touched. */
  | "replayed_already"
  /** A replay of it ended between the publication and its confirmation. */
  | "unclear"
  /** The journal knows its id of another message: its dead letter is not touched. */
  | "other_message"
  /** The table has a row of this message, or of a replay of it. */
  | "row_is_there"
  /** Two letters have its id, and not the same content. */
  | "ambiguous_id"
  | "not_a_dead_letter"
  /** The pipeline would refuse it again, for this. */
  | Refusal;

export type Step = { readonly letter: Letter } & (
  | { readonly kind: "publish"; readonly message: Again }
  | { readonly kind: "refuse"; readonly why: Hindrance }
  /** Published already: its dead letter, or another copy of it, only waits to be acknowledged. */
  | { readonly kind: "settle"; readonly why: "replayed_already" | "copy" }
);

export interface Facts {
  readonly journal: Pick<ReplayJournal, "of">;
  /** Where it is to be published to. */
  readonly to: string;
  /** Ids of which the table has the row. */
  readonly rows: ReadonlySet<string>;
  readonly restore: (letter: Letter) => Again | Refusal;
}

/** What becomes of each letter, in their order. */
export function planned(letters: readonly Letter[], facts: Facts): Step[] {
  const first = new Map<string, Letter>();
  for (const letter of letters) if (!first.has(letter.id)) first.set(letter.id, letter);
  const ambiguous = new Set(
    letters.filter((letter) => !sameData(letter, first.get(letter.id)!)).map((letter) => letter.id),
  );
  return letters.map((letter): Step => {
    if (letter.reason === NOT_A_DEAD_LETTER) return { letter, kind: "refuse", why: "not_a_dead_letter" };
    if (ambiguous.has(letter.id)) return { letter, kind: "refuse", why: "ambiguous_id" };
    const known = facts.journal.of(letter.id);
    if (known !== undefined && known.outcome !== "failed") {
      if (known.publishTime !== letter.publishTime) return { letter, kind: "refuse", why: "other_message" };
      if (known.outcome === "started") return { letter, kind: "refuse", why: "unclear" };
      if (known.to !== facts.to) return { letter, kind: "refuse", why: "replayed_already" };
      return { letter, kind: "settle", why: "replayed_already" };
    }
    if (facts.rows.has(letter.id) || facts.rows.has(letter.root))
      return { letter, kind: "refuse", why: "row_is_there" };
    const message = facts.restore(letter);
    if (message instanceof Refusal) return { letter, kind: "refuse", why: message };
    // Where the pipeline published a dead letter twice, the message is published once.
    if (first.get(letter.id) !== letter) return { letter, kind: "settle", why: "copy" };
    return { letter, kind: "publish", message };
  });
}

const sameData = (a: Letter, b: Letter) => Buffer.from(a.data).equals(b.data);

export interface Replayed {
  /** New message ids by the refused messages'. */
  readonly published: ReadonlyMap<string, string>;
  /** Letters acknowledged, those of earlier replays and copies included. */
  readonly settled: number;
  /** Letters whose acknowledgement did not get through: they come again, and are known. */
  readonly unsettled: number;
  /** What stopped it. */
  readonly trouble?: { readonly kind: "failed" | "unclear"; readonly text: string };
}

/** Does what was planned, and stops at the first trouble: what was not published stays where it is. */
export async function replay(steps: readonly Step[], { store, publisher, journal, mends }: Doing): Promise<Replayed> {
  const published = new Map<string, string>();
  let settled = 0;
  let unsettled = 0;
  const settle = async (letters: readonly Letter[]) => {
    if (letters.length === 0) return;
    const failed = new Set(await store.settle(letters));
    const done = letters.filter((letter) => !failed.has(letter));
    const open = done.filter(({ id }) => journal.of(id)?.outcome === "published");
    if (open.length > 0) journal.add(open.map(({ id }) => ({ ...lastOf(journal, id), outcome: "settled" })));
    settled += done.length;
    unsettled += failed.size;
  };
  const ready = steps.flatMap((step) => (step.kind === "publish" ? [step] : []));
  await settle(
    steps.flatMap((step) => (step.kind === "settle" && step.why === "replayed_already" ? [step.letter] : [])),
  );
  for (const part of partsOf(ready, publisher.most)) {
    const entry = ({ letter: { id, publishTime } }: (typeof part)[number]) => ({
      id,
      publishTime,
      to: publisher.name,
      mends,
    });
    await store.hold(part.map(({ letter }) => letter));
    journal.add(part.map((step) => ({ ...entry(step), outcome: "started" })));
    const answer = await publisher.publish(
      part.map(({ message }) => message),
      part.map(({ letter }) => letter.id),
    );
    if (answer.kind !== "published") {
      if (answer.kind === "failed") journal.add(part.map((step) => ({ ...entry(step), outcome: "failed" })));
      return { published, settled, unsettled, trouble: { kind: answer.kind, text: answer.error.message } };
    }
    journal.add(part.map((step, at) => ({ ...entry(step), outcome: "published", messageId: answer.messageIds[at]! })));
    for (const [at, { letter }] of part.entries()) published.set(letter.id, answer.messageIds[at]!);
    const ids = new Set(part.map(({ letter }) => letter.id));
    const copies = steps.flatMap((step) => (step.kind === "settle" && ids.has(step.letter.id) ? [step.letter] : []));
    await settle([...part.map(({ letter }) => letter), ...copies]);
  }
  return { published, settled, unsettled };
}

/** A request has 10 MB at most [Quotas and limits]; the rest is room for attributes. */
const MOST_BYTES = 5_000_000;

function partsOf<T extends { readonly message: Again }>(steps: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  let bytes = 0;
  for (const step of steps) {
    const size = step.message.data.length;
    if (
      parts.length === 0 ||
      parts.at(-1)!.length >= most ||
      (bytes + size > MOST_BYTES && most !== Number.POSITIVE_INFINITY)
    ) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(step);
    bytes += size;
  }
  return parts;
}

interface Doing {
  readonly store: Pick<Store, "hold" | "settle">;
  readonly publisher: Publisher;
  readonly journal: ReplayJournal;
  /** As the journal says them. */
  readonly mends: readonly string[];
}

function lastOf(journal: ReplayJournal, id: string) {
  const { publishTime, to, messageId, mends } = journal.of(id)!;
  return { id, publishTime, to, ...(messageId !== undefined && { messageId }), ...(mends !== undefined && { mends }) };
}
