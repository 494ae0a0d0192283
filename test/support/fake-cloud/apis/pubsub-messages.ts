/** As many messages as show whether the key still works. */
import { type Call, now } from "../call";
import { checkKey } from "./pubsub-common";

export function publish({ params: { topic = "" }, body, project, state }: Call): object {
  const { kmsKeyName } = state.pubsub.topics.get(topic);
  if (kmsKeyName !== undefined) checkKey(state, project, kmsKeyName);
  const messages = (body.messages ?? []) as object[];
  const messageIds = messages.map((message) => {
    const messageId = String(state.pubsub.messages.names().length + 1);
    for (const one of state.pubsub.subscriptions.below("").filter((one) => one.topic === topic)) {
      const waiting = { subscription: one.name, message: { ...message, messageId, publishTime: now() } };
      state.pubsub.messages.set(`${one.name}/${messageId}`, waiting);
    }
    return messageId;
  });
  return { messageIds };
}

export function pull({ params: { subscription = "" }, body, state, project }: Call): object {
  const { topic } = state.pubsub.subscriptions.get(subscription);
  const key = state.pubsub.topics.find(topic)?.kmsKeyName;
  if (key !== undefined) checkKey(state, project, key);
  const names = state.pubsub.messages.names().filter((name) => name.startsWith(`${subscription}/`));
  const some = names.slice(0, Number(body.maxMessages ?? 1));
  const receivedMessages = some.map((ackId) => ({ ackId, message: state.pubsub.messages.get(ackId).message }));
  return some.length === 0 ? {} : { receivedMessages };
}
