/** What topics and subscriptions have in common. */
import type { Call } from "../call";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";
import type { State } from "../state";

const NAME = /^projects\/[^/]+\/(topics|subscriptions)\/(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;

/** Throws Refused. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw invalid(
      `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names.`,
    );
}

/** The same for messages, whose error is one whatever is wrong with the key [Error codes, Pub/Sub]; its words are not known. Answers the version. */
export function checkMessageKey(state: State, project: Call["project"], key: string): string {
  const refused = (why: string) =>
    new Refused("FAILED_PRECONDITION", `The Cloud KMS key of the topic, ${key}, cannot be accessed: ${why}`);
  const denied = (agent: string) => refused(`${agent} may not use it, or it does not exist.`);
  return useKey(state, { key, agents: [AGENTS.pubsub(project)], denied, disabled: ({ message }) => refused(message) });
}

/** Throws Refused where Pub/Sub may not use the key now. Where a key lies is all the same to it. */
export function checkKey(state: State, project: Call["project"], key: string): void {
  const denied = (agent: string, key: string) =>
    new Refused(
      "PERMISSION_DENIED",
      `Cloud Pub/Sub did not have the necessary permissions configured to support this operation. Please verify that the service account ${agent} was granted the Cloud KMS CryptoKey Encrypter/Decrypter role for the project containing the CryptoKey resource ${key}.`,
    );
  useKey(state, { key, agents: [AGENTS.pubsub(project)], denied });
}

/** The fields of the mask that may be changed, as they are sent. */
export function changes<T extends object>(sent: T, updateMask: string, allowed: readonly string[]): Partial<T> {
  if (updateMask === "")
    throw invalid("The update_mask in the request must be set, and must contain a non-empty paths list.");
  const fields = updateMask
    .split(",")
    .map((field) => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const fixed = fields.find((field) => !allowed.includes(field.split(".")[0]!));
  if (fixed !== undefined)
    throw invalid(`Invalid update_mask provided in the request: '${fixed}' is not a known or mutable field.`);
  return Object.fromEntries(
    fields.map((field) => [field.split(".")[0]!, sent[field.split(".")[0] as keyof T]]),
  ) as Partial<T>;
}
