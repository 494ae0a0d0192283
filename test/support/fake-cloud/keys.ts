/** What every service asks of a customer's key before it makes anything under it. */
import { enabled, enabledVersion } from "./apis/kms-versions";
import { invalid, Refused } from "./refused";
import { holds } from "./roles";
import type { Project, State } from "./state";

export const KEY_NAME = /^projects\/([^/]+)\/locations\/([^/]+)\/keyRings\/([\w-]{1,63})\/cryptoKeys\/([\w-]{1,63})$/;

/** The service agents' e-mails; `AGENTS.pubsub(project)`. */
const agent = (form: string) => (project: Project) => form.replace("NUMBER", project.number);
export const AGENTS = {
  pubsub: agent("service-NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com"),
  bigquery: agent("bq-NUMBER@bigquery-encryption.iam.gserviceaccount.com"),
  storage: agent("service-NUMBER@gs-project-accounts.iam.gserviceaccount.com"),
  dataflow: agent("service-NUMBER@dataflow-service-producer-prod.iam.gserviceaccount.com"),
  compute: agent("service-NUMBER@compute-system.iam.gserviceaccount.com"),
  artifacts: agent("service-NUMBER@gcp-sa-artifactregistry.iam.gserviceaccount.com"),
  logging: agent("cmek-pNUMBER@gcp-sa-logging.iam.gserviceaccount.com"),
};

export interface KeyUse {
  /** `…/cryptoKeys/K`, or the version that something lies under: `…/cryptoKeys/K/cryptoKeyVersions/1`. */
  readonly key: string;
  /** The agents that all need the key. */
  readonly agents: readonly string[];
  /** What the service answers where an agent may not use the key, or where the key is not there. */
  readonly denied: (agent: string, key: string) => Refused;
  /** The locations of a key that fit; all unless said. */
  readonly locations?: readonly string[];
  /** What the service answers where the key lies elsewhere. */
  readonly elsewhere?: (location: string) => Refused;
  /** What the service makes of Cloud KMS's own refusal of a version; that itself unless said. */
  readonly disabled?: (kms: Refused) => Refused;
}

/** Answers the version that is used: `…/cryptoKeyVersions/1`. Throws Refused. */
export function useKey(state: State, { key: named, agents, denied, locations, elsewhere, disabled }: KeyUse): string {
  const [key = "", version] = named.split("/cryptoKeyVersions/");
  const [, , location] = KEY_NAME.exec(key) ?? [];
  if (location === undefined)
    throw invalid(`The KMS key name ${key} is not projects/P/locations/L/keyRings/R/cryptoKeys/K.`);
  if (locations !== undefined && !locations.includes(location)) {
    throw elsewhere?.(location) ?? invalid(`The KMS key ${key} must be in one of: ${locations.join(", ")}.`);
  }
  for (const agent of agents) if (!mayUse(state, key, agent)) throw denied(agent, key);
  try {
    return (version === undefined ? enabledVersion(state, key) : enabled(state, named)).name;
  } catch (error) {
    throw error instanceof Refused && disabled !== undefined ? disabled(error) : error;
  }
}

function mayUse(state: State, key: string, agent: string): boolean {
  if (state.kms.cryptoKeys.find(key) === undefined || !state.accountExists(agent)) return false;
  const [ring, project] = [key.split("/cryptoKeys/")[0]!, key.split("/")[1]!];
  const resources = [`cloudkms/${key}`, `cloudkms/${ring}`, `projects/${state.project(project).id}`];
  const roles = state.policies.rolesOf(`serviceAccount:${agent}`, resources);
  return ["useToEncrypt", "useToDecrypt"].every((use) => holds(roles, [], `cloudkms.cryptoKeyVersions.${use}`));
}
