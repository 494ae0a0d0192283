/** What the resources of one deployment are declared from. */
import { type Deployment, DeploymentError, workersRegion } from "../deployment";
import { accountOf, dataflowKey, dataKey, deploymentOfSettings, type KeyAsked } from "../deployment/from-settings";
import { listOf, type Settings } from "../deployment/settings";
import type { TableSchema } from "../../schemas/schema";
import { KINDS, type Kind } from "./resource";

export interface Asked {
  readonly settings: Settings;
  readonly deployment: Deployment;
  readonly project: string;
  /** Where the workers run, and with them everything. */
  readonly region: string;
  /** The workers' account, as a member of policies. */
  readonly worker: string;
  readonly dataKey: KeyAsked;
  /** The same as dataKey but in a split profile. */
  readonly dataflowKey: KeyAsked;
  /** Where the network is: a shared one is another project's, and given. */
  readonly networkProject: string;
  readonly given: ReadonlySet<Kind>;
  readonly accepted: readonly string[];
  readonly schema: TableSchema;
  /** Whether the organisation's policies are set, too. */
  readonly orgPolicies: boolean;
}

/** What has to be looked up before anything can be declared. */
export interface Setup extends Asked {
  readonly projectNumber: string;
  /** Cloud Logging's account for keys. */
  readonly loggingAccount: string;
}

/** Throws DeploymentError. */
export function askedOf(settings: Settings, schema: TableSchema, version: string, orgPolicies = false): Asked {
  const deployment = deploymentOfSettings(settings, version);
  const region = workersRegion(deployment);
  return {
    settings,
    deployment,
    project: deployment.project,
    region,
    worker: `serviceAccount:${accountOf(settings)}`,
    dataKey: dataKey(settings, region),
    dataflowKey: dataflowKey(settings, region),
    networkProject: settings.NETWORK_PROJECT || deployment.project,
    given: kindsOf([...listOf(settings.GIVEN), ...(settings.NETWORK_PROJECT === "" ? [] : ["network"])]),
    accepted: listOf(settings.ACCEPT),
    schema,
    orgPolicies,
  };
}

function kindsOf(names: readonly string[]): ReadonlySet<Kind> {
  const unknown = names.find((name) => !(KINDS as readonly string[]).includes(name));
  if (unknown === undefined) return new Set(names as Kind[]);
  throw new DeploymentError("malformed", "GIVEN", `GIVEN=${unknown} is no kind: the kinds are ${KINDS.join(", ")}`);
}
