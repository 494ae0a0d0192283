/** As many messages as show whether the key still works. */
import { type Call, now } from "../call";
import { invalid } from "../refused";
import { checkMessageKey } from "./pubsub-common";

export function publish({ params: { topic = "" }, body, project, state }: Call): object {
  const { kmsKeyName } = state.pubsub.topics.get(topic);
  const version = kmsKeyName === undefined ? undefined : checkMessageKey(state, project, kmsKeyName);
  const messages = (body.messages ?? []) as object[];
  const messageIds = messages.map((message) => {
    const messageId = state.newId();
    for (const one of state.pubsub.subscriptions.below("").filter((one) => one.topic === topic)) {
      const waiting = { subscription: one.name, message: { ...message, messageId, publishTime: now() } };
      state.pubsub.messages.set(`${one.name}/${messageId}`, { ...waiting, ...(version !== undefined && { version }) });
    }
    return messageId;
  });
  return { messageIds };
}

/** What is leased is not given out again before its lease ends, or is given back. */
export function pull({ params: { subscription = "" }, body, state, project }: Call): object {
  const { topic, ackDeadlineSeconds } = state.pubsub.subscriptions.get(subscription);
  const key = state.pubsub.topics.find(topic)?.kmsKeyName;
  if (key !== undefined) checkMessageKey(state, project, key);
  const all = state.pubsub.messages.names().filter((name) => name.startsWith(`${subscription}/`));
  const waiting = all.filter((name) => (state.pubsub.messages.get(name).leasedUntil ?? 0) <= Date.now());
  const some = waiting.slice(0, Number(body.maxMessages ?? 1));
  const receivedMessages = some.map((ackId) => {
    const { message, version } = state.pubsub.messages.get(ackId);
    if (version !== undefined) checkMessageKey(state, project, version);
    state.pubsub.messages.change(ackId, { leasedUntil: Date.now() + ackDeadlineSeconds * 1000 });
    return { ackId, message };
  });
  return some.length === 0 ? {} : { receivedMessages };
}

/** Nought gives back. */
export function modifyAckDeadline({ body, state }: Call): object {
  const { ackIds = [], ackDeadlineSeconds = 0 } = body as { ackIds?: string[]; ackDeadlineSeconds?: number };
  for (const id of ackIds) {
    if (state.pubsub.messages.find(id))
      state.pubsub.messages.change(id, { leasedUntil: Date.now() + ackDeadlineSeconds * 1000 });
  }
  return {};
}

/** To a time: what was published before it is as acknowledged. */
export function seek({ params: { subscription = "" }, body, state }: Call): object {
  state.pubsub.subscriptions.get(subscription);
  const { time } = body as { time?: string };
  if (time === undefined) throw invalid("The fake cloud seeks to a time alone.");
  for (const name of state.pubsub.messages.names().filter((name) => name.startsWith(`${subscription}/`))) {
    const { publishTime } = state.pubsub.messages.get(name).message as { publishTime: string };
    if (Date.parse(publishTime) < Date.parse(time)) state.pubsub.messages.remove(name);
  }
  return {};
}
