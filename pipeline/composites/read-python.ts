import type { ReadMessages } from "./composite";
import { inPython } from "./in-python";
import { type Root, withName } from "../sdk/beam";
import { messageFromWire, RECEIVED, type WireMessage } from "../wire";

/** `--pubsub_read python`: Beam's own ReadFromPubSub, or a pull on Google's Python client. */
export const readByPython: ReadMessages = (context) => async (root: Root) => {
  const { source } = context.places;
  const from = source.kind === "topic" ? source.topic : source.subscription;
  const args = { [source.kind]: from, by: context.readBy };
  const messages = await root.applyAsync(inPython<Root, WireMessage>("read_messages.py", args, context));
  return messages.map(withName("toMessage", messageFromWire), RECEIVED);
};
