/** Asks whether publishing and pulling work. */
import { gcloud } from "../../../resources/command";
import type { Setup } from "../../../resources/setup";
import type { Probe } from "../probe";
import { judgeByStatus } from "../refusal";

/** An attribute is not encrypted by the key, and this one says nothing of anybody. */
export const PROBE_ATTRIBUTE = "probe";

export function publishProbe({ project, settings }: Setup): Probe {
  return {
    consumer: "publish",
    what: `topic ${settings.TOPIC}`,
    command: gcloud(
      "pubsub topics publish",
      { project, message: "off-switch probe", attribute: `${PROBE_ATTRIBUTE}=off-switch`, format: "json" },
      settings.TOPIC,
    ),
    judge: judgeByStatus,
    leaves: "a message that is no record, with the attribute probe=off-switch: the pipeline makes a dead letter of it",
  };
}

/** Takes a lease on one message at most, acknowledges none, and gives it back. What is in it is not printed. */
export function pullProbe({ project, settings }: Setup): Probe {
  const name = settings.SUBSCRIPTION;
  return {
    consumer: "pull",
    what: `subscription ${name}`,
    command: gcloud("pubsub subscriptions pull", { project, limit: "1", format: "json(ackId)" }, name),
    judge: judgeByStatus,
    after: ({ code, stdout }) => {
      const ids = code === 0 ? ackIds(stdout) : [];
      const flags = { project, "ack-ids": ids.join(","), "ack-deadline": "0" };
      return ids.length === 0 ? [] : [gcloud("pubsub subscriptions modify-message-ack-deadline", flags, name)];
    },
  };
}

function ackIds(stdout: string): readonly string[] {
  try {
    return (JSON.parse(stdout) as { ackId: string }[]).map(({ ackId }) => ackId);
  } catch {
    return [];
  }
}
