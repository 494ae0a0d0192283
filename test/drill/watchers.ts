/** Consumers of the drill's own, beside the pipeline and the generator: one pulls, one queries, one takes the dead letters out. All by the gate. */
import type { Clients } from "../support/key-gate/clients";
import { type KeyedStandIns, WATCH_SUBSCRIPTION } from "../support/key-gate/stand-ins";

/** How often each asks. */
const PULL_EVERY_MS = 500;
const QUERY_EVERY_MS = 1000;
const LETTERS_EVERY_MS = 1000;

export interface Watchers {
  /** Rows in the table, when it was last asked and answered. */
  readonly rows: () => number;
  /** By the id of the message: how often a dead letter of it came. */
  readonly letters: ReadonlyMap<string, number>;
  /** What a service said last of the key. */
  readonly said: ReadonlyMap<"pull" | "query", string>;
  /** Asks for the rows once more. */
  count(): Promise<number>;
  stop(): Promise<void>;
}

export function startWatchers({ asked }: KeyedStandIns, { subscriber, bigquery }: Clients): Watchers {
  const { settings, project } = asked;
  const letters = new Map<string, number>();
  const said = new Map<"pull" | "query", string>();
  let [rows, stopped] = [0, false];

  const named = (id: string) => `projects/${project}/subscriptions/${id}`;
  const pull = async (subscription: string, maxMessages: number) => {
    const [{ receivedMessages = [] }] = await subscriber.pull(
      { subscription, maxMessages, returnImmediately: true },
      { retry: null, timeout: 10_000 },
    );
    const got = receivedMessages ?? [];
    const ackIds = got.flatMap(({ ackId }) => ackId ?? []);
    if (ackIds.length > 0) await subscriber.acknowledge({ subscription, ackIds }, { retry: null });
    return got;
  };
  const count = async () => {
    const [[found]] = await bigquery.query(`SELECT COUNT(*) AS n FROM ${settings.DATASET}.${settings.TABLE}`);
    rows = Number(found.n);
    return rows;
  };
  /** A refusal is what is waited for: the gate has it on record. */
  const again = async (ms: number, what: () => Promise<unknown>, consumer?: "pull" | "query") => {
    while (!stopped) {
      await what().catch((error: Error) => consumer && said.set(consumer, error.message.split("\n")[0]!));
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  };
  const loops = [
    again(PULL_EVERY_MS, () => pull(named(WATCH_SUBSCRIPTION), 100), "pull"),
    again(QUERY_EVERY_MS, count, "query"),
    again(LETTERS_EVERY_MS, async () => {
      for (const { message } of await pull(named(settings.DEAD_LETTER_SUBSCRIPTION), 1000)) {
        const id = message?.attributes?.source_message_id ?? "";
        letters.set(id, (letters.get(id) ?? 0) + 1);
      }
    }),
  ];
  return {
    ...{ rows: () => rows, letters, said, count },
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}
