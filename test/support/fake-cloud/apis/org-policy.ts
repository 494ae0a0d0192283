/** Organization Policy: what a project may not do, whoever asks. The fake keeps policies and enforces none. */
import { type Api, type Call, page, now } from "../call";
import { Collection } from "../collection";
import { invalid, Refused } from "../refused";

export interface OrgPolicy {
  readonly name: string;
  readonly spec?: { readonly etag?: string; readonly updateTime?: string; readonly rules?: readonly object[] };
}

export function newOrgPolicies() {
  return {
    policies: new Collection<OrgPolicy>(
      (name) => `Requested entity was not found: ${name}.`,
      (name) => `Requested entity already exists: ${name}.`,
    ),
  };
}

/** Some of Google's own, those that are spoken of here. */
const CONSTRAINTS = [
  ...[
    "gcp.resourceLocations",
    "gcp.restrictNonCmekServices",
    "gcp.restrictCmekCryptoKeyProjects",
    "compute.vmExternalIpAccess",
  ],
  ...[
    "iam.automaticIamGrantsForDefaultServiceAccounts",
    "storage.uniformBucketLevelAccess",
    "storage.publicAccessPrevention",
  ],
];
const CONSTRAINT = /^projects\/[^/]+\/policies\/[a-zA-Z]+\.[a-zA-Z.]+$/;
const etag = () => Buffer.from(`CL${now()}`).toString("base64");
const byNumber = ({ project }: Call, name: string) => name.replace(/^projects\/[^/]+/, `projects/${project.number}`);

function kept(call: Call, policy: Partial<OrgPolicy>): OrgPolicy {
  const name = byNumber(call, policy.name ?? "");
  if (!CONSTRAINT.test(name) || !CONSTRAINTS.includes(name.split("/").at(-1)!))
    throw invalid(`Invalid policy name: ${policy.name}.`);
  return { ...policy, name, spec: { ...policy.spec, etag: etag(), updateTime: now() } };
}

function create(call: Call): OrgPolicy {
  const policy = kept(call, call.body as Partial<OrgPolicy>);
  return call.state.orgPolicies.policies.add(policy.name, policy);
}

function patch(call: Call): OrgPolicy {
  const asked = call.body as Partial<OrgPolicy>;
  const old = call.state.orgPolicies.policies.get(byNumber(call, call.params.name!));
  if (asked.spec?.etag && asked.spec.etag !== old.spec?.etag)
    throw new Refused("ABORTED", "The etag is not that of the policy.");
  return call.state.orgPolicies.policies.set(old.name, kept(call, { ...asked, name: old.name }));
}

export const ORG_POLICY: Api = {
  name: "orgpolicy",
  methods: {
    "projects.constraints.list": [
      "orgpolicy.constraints.list",
      (call) => {
        const parent = `projects/${call.project.number}/constraints`;
        return page(
          "constraints",
          CONSTRAINTS.map((id) => ({ name: `${parent}/${id}`, listConstraint: {} })),
          call.query,
        );
      },
    ],
    "projects.policies.create": ["orgpolicy.policies.create", create],
    "projects.policies.get": [
      "orgpolicy.policy.get",
      (call) => call.state.orgPolicies.policies.get(byNumber(call, call.params.name!)),
    ],
    "projects.policies.list": [
      "orgpolicy.policies.list",
      (call) =>
        page(
          "policies",
          call.state.orgPolicies.policies.below(byNumber(call, `${call.params.parent}/policies/`)),
          call.query,
        ),
    ],
    "projects.policies.patch": ["orgpolicy.policies.update", patch],
    "projects.policies.delete": [
      "orgpolicy.policies.delete",
      (call) => {
        call.state.orgPolicies.policies.remove(byNumber(call, call.params.name!));
        return {};
      },
    ],
    "projects.policies.getEffectivePolicy": [
      "orgpolicy.policy.get",
      (call) => {
        const name = byNumber(call, call.params.name!);
        return call.state.orgPolicies.policies.find(name) ?? { name, spec: { rules: [{ allowAll: true }] } };
      },
    ],
  },
};
