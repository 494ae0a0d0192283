/**
 * What waits in the subscription, counted by message id: messages are leased, none is acknowledged, and each comes again once its lease ends.
 * What is in them is not printed.
 */
import { PROBE_ATTRIBUTE } from "../../observe/access/probes/messages";
import { gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import type { Run } from "../../run";
import { troubleOf } from "../../observe/trouble";

export interface Waiting {
  /** By id, without the probes: so many at least. */
  readonly messages: number;
  readonly probes: number;
  /** Of those: published before the key was taken. */
  readonly before: number;
  /** When the one that waits longest was published; undefined where none waits. */
  readonly oldest?: string;
  /** Whether asking ended because nothing new came, not because it was enough. */
  readonly all: boolean;
}

interface Received {
  readonly message?: {
    readonly messageId?: string;
    readonly publishTime?: string;
    readonly attributes?: Readonly<Record<string, string>>;
  };
}

/** Pub/Sub gives no more at a time. */
const AT_ONCE = "1000";
/** A pull may come back empty although messages wait: so many without anything new are taken for the end. */
const QUIET = 3;
const MOST_PULLS = 200;

/** Undefined where nobody may pull. Only while no job reads: it would have what is leased here. */
export async function countWaiting(
  { project, settings }: Setup,
  takenAt: string | undefined,
  run: Run,
): Promise<Waiting | { readonly notObserved: string }> {
  const format = `json(message.messageId,message.publishTime,message.attributes.${PROBE_ATTRIBUTE})`;
  const command = gcloud("pubsub subscriptions pull", { project, limit: AT_ONCE, format }, settings.SUBSCRIPTION);
  const seen = new Map<string, { readonly publishTime: string; readonly isProbe: boolean }>();
  let quiet = 0;
  let pulls = 0;
  for (; quiet < QUIET && pulls < MOST_PULLS; pulls++) {
    const answer = await run(command);
    if (answer.code !== 0) return { notObserved: troubleOf(answer).said };
    const before = seen.size;
    for (const { message = {} } of JSON.parse(answer.stdout || "[]") as Received[]) {
      const { messageId = "", publishTime = "", attributes = {} } = message;
      seen.set(messageId, { publishTime, isProbe: attributes[PROBE_ATTRIBUTE] !== undefined });
    }
    quiet = seen.size === before ? quiet + 1 : 0;
  }
  const all = [...seen.values()];
  const messages = all.filter(({ isProbe }) => !isProbe);
  const times = messages.map(({ publishTime }) => publishTime).sort();
  const isBefore = (time: string) => takenAt !== undefined && Date.parse(time) < Date.parse(takenAt);
  return {
    messages: messages.length,
    probes: all.length - messages.length,
    before: times.filter(isBefore).length,
    ...(times[0] !== undefined && { oldest: times[0] }),
    all: quiet === QUIET,
  };
}
