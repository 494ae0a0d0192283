/** Compute Engine: networks, their subnetworks and firewall rules. */
import { type Api, type Call, type Handler, page, now } from "../call";
import { Collection } from "../collection";
import { invalid, Refused } from "../refused";
import type { State } from "../state";
import { MACHINES } from "./observed";
import { fingerprint, inNetwork, link, networkFields, operation, subnetworkFields } from "./compute-fields";

interface Named {
  readonly name: string;
  readonly selfLink: string;
  readonly id: string;
  readonly kind: string;
}

export interface Network extends Named {
  readonly autoCreateSubnetworks: boolean;
}

export interface Subnetwork extends Named {
  readonly network: string;
  readonly region: string;
  readonly ipCidrRange: string;
  readonly privateIpGoogleAccess: boolean;
  readonly fingerprint: string;
}

export interface Firewall extends Named {
  readonly network: string;
}

/** By `projects/P/global/networks/N` and the like. */
export function newCompute() {
  const texts = [
    (name: string) => `The resource '${name}' was not found`,
    (name: string) => `The resource '${name}' already exists`,
    "alreadyExists",
  ] as const;
  return {
    networks: new Collection<Network>(...texts),
    subnetworks: new Collection<Subnetwork>(...texts),
    firewalls: new Collection<Firewall>(...texts),
  };
}

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

function checkName(name = ""): string {
  if (NAME.test(name)) return name;
  throw invalid(`Invalid value for field 'resource.name': '${name}'. Must be a match of regex '${NAME.source}'`);
}

/** Where the thing of this kind is that the path names. */
function placed({ params, project }: Call, kind: Kind, name: string): string {
  const where = kind === "subnetworks" ? `regions/${params.region}` : "global";
  return `projects/${project.id}/${where}/${kind}/${name}`;
}

type Kind = "networks" | "subnetworks" | "firewalls";
const ONE: Readonly<Record<Kind, string>> = { networks: "network", subnetworks: "subnetwork", firewalls: "firewall" };

function all(state: State, kind: Kind): Collection<Named> {
  return state.compute[kind] as unknown as Collection<Named>;
}

/** One that was answered already. */
const finished: Handler = (call) => ({
  ...operation(call, "done", `projects/${call.project.id}`),
  name: call.params.operation,
});

function insert(kind: Kind, fields: (call: Call) => object): Handler {
  return (call) => {
    const asked = call.body as Partial<Named>;
    const name = placed(call, kind, checkName(asked.name));
    const about = {
      kind: `compute#${ONE[kind]}`,
      id: call.state.newId(),
      selfLink: link(call, name),
      creationTimestamp: now(),
    };
    all(call.state, kind).add(name, { ...asked, ...fields(call), ...about } as Named);
    return operation(call, "insert", name);
  };
}

function remove(kind: Kind): Handler {
  return (call) => {
    const name = placed(call, kind, call.params[ONE[kind]]!);
    const { selfLink } = all(call.state, kind).get(name);
    const { subnetworks, firewalls } = call.state.compute;
    const user =
      kind === "networks" &&
      [...subnetworks.below(""), ...firewalls.below("")].find(({ network }) => network === selfLink);
    if (user)
      throw new Refused(
        "FAILED_PRECONDITION",
        `The network resource '${name}' is already being used by '${user.selfLink}'`,
        { reason: "resourceInUseByAnotherResource" },
      );
    all(call.state, kind).remove(name);
    return operation(call, "delete", name);
  };
}

/** What may never be changed of each. */
const FIXED: Readonly<Record<Kind, readonly string[]>> = {
  networks: ["name"],
  subnetworks: ["name", "network", "region", "ipCidrRange"],
  firewalls: ["name", "network", "direction"],
};

function patch(kind: Kind): Handler {
  return (call) => {
    const name = placed(call, kind, call.params[ONE[kind]]!);
    const old = all(call.state, kind).get(name) as unknown as Readonly<Record<string, unknown>>;
    const { fingerprint: sent } = call.body;
    if (sent !== undefined && sent !== old.fingerprint)
      throw new Refused("ABORTED", "Supplied fingerprint does not match current fingerprint.", { code: 412 });
    const fixed = FIXED[kind].find(
      (field) => call.body[field] !== undefined && String(call.body[field]) !== String(old[field]),
    );
    if (fixed !== undefined) throw invalid(`Invalid value for field 'resource.${fixed}': it cannot be changed.`);
    (all(call.state, kind) as Collection<object>).change(name, {
      ...call.body,
      ...(kind === "subnetworks" && { fingerprint: fingerprint(call) }),
    });
    return operation(call, "patch", name);
  };
}

function methods(kind: Kind, fields: (call: Call) => object): Api["methods"] {
  const permission = `compute.${kind}`;
  return {
    [`${kind}.insert`]: [`${permission}.create`, insert(kind, fields)],
    [`${kind}.get`]: [
      `${permission}.get`,
      (call) => all(call.state, kind).get(placed(call, kind, call.params[ONE[kind]]!)),
    ],
    [`${kind}.list`]: [`${permission}.list`, (call) => list(call, kind, placed(call, kind, ""))],
    [`${kind}.patch`]: [`${permission}.update`, patch(kind)],
    [`${kind}.delete`]: [`${permission}.delete`, remove(kind)],
  };
}

function list(call: Call, kind: Kind, prefix: string): object {
  const found = all(call.state, kind).below(prefix);
  const [, field, value] = /^\(?(\w+) (?:eq|=) "?([^")]*)"?\)?$/.exec(call.query.get("filter") ?? "") ?? [];
  const some = found.filter(
    (one) => field === undefined || new RegExp(`^${value}$`).test(String(one[field as keyof Named])),
  );
  const items = page("items", some, call.query);
  return { kind: `compute#${ONE[kind]}List`, id: prefix, selfLink: link(call, prefix), ...items };
}

/** Every region's, under its name. */
const aggregated: Handler = (call) => {
  const regions = new Map<string, object[]>();
  for (const one of call.state.compute.subnetworks.below(`projects/${call.project.id}/`)) {
    const region = `regions/${one.region.split("/").at(-1)}`;
    regions.set(region, [...(regions.get(region) ?? []), one]);
  }
  const items = Object.fromEntries([...regions].map(([region, subnetworks]) => [region, { subnetworks }]));
  const prefix = `projects/${call.project.id}/aggregated/subnetworks`;
  return { kind: "compute#subnetworkAggregatedList", id: prefix, selfLink: link(call, prefix), items };
};

/** Where the policy of the subnetwork is kept that the path names. Throws Refused where it is not there. */
function policyOf(call: Call): string {
  const name = placed(call, "subnetworks", call.params.resource!);
  call.state.compute.subnetworks.get(name);
  return `compute/${name}`;
}

export const COMPUTE: Api = {
  name: "compute",
  old: true,
  resourceOf: ({ project, network, subnetwork, firewall, region, resource }) =>
    `projects/${project}/${region === undefined ? "global" : `regions/${region}`}/${network ?? subnetwork ?? firewall ?? resource ?? ""}`,
  methods: {
    ...methods("networks", networkFields),
    ...methods("subnetworks", subnetworkFields),
    ...methods("firewalls", (call) => ({
      direction: "INGRESS",
      priority: 1000,
      ...call.body,
      network: inNetwork(call),
    })),
    ...MACHINES,
    "subnetworks.getIamPolicy": ["compute.subnetworks.getIamPolicy", (call) => call.state.policies.get(policyOf(call))],
    "subnetworks.setIamPolicy": [
      "compute.subnetworks.setIamPolicy",
      (call) => call.state.policies.set(policyOf(call), call.body.policy as object),
    ],
    "subnetworks.aggregatedList": ["compute.subnetworks.list", aggregated],
    "subnetworks.setPrivateIpGoogleAccess": [
      "compute.subnetworks.setPrivateIpGoogleAccess",
      (call) => {
        const name = placed(call, "subnetworks", call.params.subnetwork!);
        const privateIpGoogleAccess = call.body.privateIpGoogleAccess === true;
        call.state.compute.subnetworks.change(name, { privateIpGoogleAccess });
        return operation(call, "setPrivateIpGoogleAccess", name);
      },
    ],
    "globalOperations.get": [undefined, finished],
    "globalOperations.wait": [undefined, finished],
    "regionOperations.get": [undefined, finished],
    "regionOperations.wait": [undefined, finished],
  },
};
