/** Whether a service may use what lies under a key, by the fake cloud's state, and what it says where it may not. */
import { checkMessageKey } from "../fake-cloud/apis/pubsub-common";
import { AGENTS, KEY_NAME, useKey } from "../fake-cloud/keys";
import { Refused } from "../fake-cloud/refused";
import type { Project, State } from "../fake-cloud/state";
import type { Verdict } from "./hearing";

/** Undefined: it may be used. */
function verdictOf(check: () => unknown): Verdict {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** Of a topic, or of a subscription's topic, by its full name. */
export function usableByPubsub(state: State, project: Project, resource: string): Verdict {
  const topic = state.pubsub.subscriptions.find(resource)?.topic ?? resource;
  const key = state.pubsub.topics.find(topic)?.kmsKeyName;
  return key === undefined ? undefined : verdictOf(() => checkMessageKey(state, project, key));
}

/** Of a table, `project:dataset.table`: by the version that it lies under, and by the primary one, under which new rows go. */
export function usableByBigQuery(state: State, project: Project, table: string): Verdict {
  const named = state.bigquery.tables.find(table)?.encryptionConfiguration?.kmsKeyName;
  if (named === undefined) return undefined;
  const denied = (agent: string, key: string) =>
    new Refused("PERMISSION_DENIED", `Access Denied: BigQuery BigQuery: Cloud KMS Error: ${agent} may not use ${key}.`);
  const disabled = ({ message }: Refused) => new Refused("FAILED_PRECONDITION", `Cloud KMS Error: ${message}`);
  const keys = [named, named.split("/cryptoKeyVersions/")[0]!].filter((key) =>
    KEY_NAME.test(key.split("/cryptoKeyV")[0]!),
  );
  return verdictOf(() => {
    for (const key of keys) useKey(state, { key, agents: [AGENTS.bigquery(project)], denied, disabled });
  });
}
