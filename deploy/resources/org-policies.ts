/** What makes it impossible to do otherwise. The organisation's: offered, and set only where that is asked for. */
import type { Json } from "../../schemas/bigquery";
import { covers } from "./alerts";
import { API } from "./apis";
import { FILES, gcloud } from "./command";
import { inSnakeCase, type Resource } from "./resource";
import type { Setup } from "./setup";

/** The services that make nothing without a key. */
const UNDER_A_KEY = [
  "artifactregistry.googleapis.com",
  "bigquery.googleapis.com",
  "compute.googleapis.com",
  "dataflow.googleapis.com",
  "logging.googleapis.com",
  "pubsub.googleapis.com",
  "storage.googleapis.com",
];

function rulesOf({ region, dataKey }: Setup): Readonly<Record<string, Json>> {
  return {
    "gcp.resourceLocations": { values: { allowedValues: [`in:${region}-locations`] } },
    "gcp.restrictNonCmekServices": { values: { deniedValues: UNDER_A_KEY } },
    "gcp.restrictCmekCryptoKeyProjects": { values: { allowedValues: [`under:projects/${dataKey.project}`] } },
    "compute.vmExternalIpAccess": { denyAll: true },
    "iam.automaticIamGrantsForDefaultServiceAccounts": { enforce: true },
    "storage.uniformBucketLevelAccess": { enforce: true },
    "storage.publicAccessPrevention": { enforce: true },
  };
}

export function orgPolicies(setup: Setup, refersTo: readonly Resource[]): readonly Resource[] {
  return Object.entries(rulesOf(setup)).map(([constraint, rule]) => orgPolicy(setup, constraint, rule, refersTo));
}

/** The provider takes truth values as words. */
function asWords(rule: Json): Json {
  return Object.fromEntries(Object.entries(rule as object).map(([name, one]) => [name, one === true ? "TRUE" : one]));
}

function orgPolicy({ project }: Setup, constraint: string, rule: Json, refersTo: readonly Resource[]): Resource {
  const policy = { name: `projects/${project}/policies/${constraint}`, spec: { rules: [rule] } };
  const file = `${FILES}/org-policies/${constraint}.json`;
  const set = {
    ...gcloud("org-policies set-policy", { project }, file),
    files: { [file]: `${JSON.stringify(policy, null, 2)}\n` },
  };
  return {
    kind: "orgpolicies",
    title: `org policy ${constraint}`,
    refersTo,
    api: API.orgPolicies,
    look: {
      command: gcloud("org-policies describe", { project, format: "json" }, constraint),
      pick: ({ spec }: { spec?: { rules?: Json } }) => ({ rules: spec?.rules ?? [] }),
    },
    fields: { rules: { wanted: [rule], holds: (found) => covers(found, [rule]), change: () => [set] } },
    create: [set],
    terraform: [
      {
        type: "google_org_policy_policy",
        body: { name: policy.name, parent: `projects/${project}`, spec: { rules: inSnakeCase(asWords(rule)) } },
      },
    ],
    remove: { commands: () => [gcloud("org-policies delete", { project }, constraint)] },
  };
}
