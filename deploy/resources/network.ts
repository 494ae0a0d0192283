/** The workers' network: Google's services by Private Google Access, no way in from outside, none out but that. */
import { lastPart } from "../deployment";
import { AGENTS } from "./agents";
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, named, type Policy, type Resource } from "./resource";
import type { Setup } from "./setup";

export function network({ networkProject: project, settings }: Setup, apis: Resource): Resource {
  return {
    kind: "network",
    title: `network ${settings.NETWORK}`,
    refersTo: [apis],
    api: API.compute,
    look: {
      command: gcloud("compute networks list", { project, format: "json" }),
      pick: (networks: { name: string; autoCreateSubnetworks?: boolean }[]) => {
        const found = named(networks, settings.NETWORK);
        return found && { autoSubnetworks: found.autoCreateSubnetworks ?? false };
      },
    },
    fields: {
      autoSubnetworks: {
        wanted: false,
        byHand: "it has a subnetwork in every region: gcloud compute networks update --switch-to-custom-subnet-mode",
      },
    },
    create: [gcloud("compute networks create", { project, "subnet-mode": "custom" }, settings.NETWORK)],
    terraform: [
      { type: "google_compute_network", body: { project, name: settings.NETWORK, auto_create_subnetworks: false } },
    ],
    remove: { commands: () => [gcloud("compute networks delete", { project }, settings.NETWORK)] },
  };
}

interface Subnetwork {
  readonly name: string;
  readonly network?: string;
  readonly ipCidrRange?: string;
  readonly privateIpGoogleAccess?: boolean;
}

export function subnetwork(setup: Setup, network: Resource): Resource {
  const { networkProject: project, region, settings } = setup;
  return {
    kind: "network",
    title: `subnetwork ${region}/${settings.SUBNETWORK}`,
    refersTo: [network],
    api: API.compute,
    look: {
      command: gcloud("compute networks subnets list", { regions: region, project, format: "json" }),
      pick: (all: Subnetwork[]) => {
        const found = named(all, settings.SUBNETWORK);
        return (
          found && {
            network: lastPart(found.network),
            range: found.ipCidrRange ?? null,
            privateGoogleAccess: found.privateIpGoogleAccess ?? false,
          }
        );
      },
    },
    fields: {
      network: { wanted: settings.NETWORK, byHand: "a subnetwork stays in its network: name another by SUBNETWORK" },
      range: {
        wanted: settings.SUBNETWORK_RANGE,
        byHand: "a range can only grow: name the one it has by SUBNETWORK_RANGE",
      },
      privateGoogleAccess: {
        wanted: true,
        change: () => [
          gcloud(
            "compute networks subnets update",
            { region, project, "enable-private-ip-google-access": true },
            settings.SUBNETWORK,
          ),
        ],
      },
    },
    forRules: {
      names: ["subnetwork"],
      of: ({ privateGoogleAccess }) => ({ privateIpGoogleAccess: privateGoogleAccess }),
    },
    ...(project !== setup.project && { policy: sharedWith(setup) }),
    create: [
      gcloud(
        "compute networks subnets create",
        {
          network: settings.NETWORK,
          region,
          project,
          range: settings.SUBNETWORK_RANGE,
          "enable-private-ip-google-access": true,
        },
        settings.SUBNETWORK,
      ),
    ],
    terraform: [
      {
        type: "google_compute_subnetwork",
        body: {
          project,
          region,
          name: settings.SUBNETWORK,
          network: `projects/${project}/global/networks/${settings.NETWORK}`,
          ip_cidr_range: settings.SUBNETWORK_RANGE,
          private_ip_google_access: true,
        },
      },
    ],
    remove: { commands: () => [gcloud("compute networks subnets delete", { region, project }, settings.SUBNETWORK)] },
  };
}

/** A shared subnetwork is opened to the service project's Dataflow [Specify a network and subnetwork, Dataflow]. */
function sharedWith(setup: Setup): Policy {
  const { networkProject: project, region, settings } = setup;
  const member = `serviceAccount:${AGENTS.dataflow.account(setup)}`;
  const at = { region, project };
  return {
    look: {
      command: gcloud("compute networks subnets get-iam-policy", { ...at, format: "json" }, settings.SUBNETWORK),
      pick: bindings,
    },
    grants: [{ role: "roles/compute.networkUser", member, reason: "Dataflow makes the workers' machines in it" }],
    grant: ({ member, role }) =>
      gcloud("compute networks subnets add-iam-policy-binding", { ...at, member, role }, settings.SUBNETWORK),
  };
}

interface Firewall {
  readonly name: string;
  readonly network?: string;
  readonly disabled?: boolean;
  readonly allowed?: readonly { readonly IPProtocol: string; readonly ports?: string[] }[];
  readonly sourceTags?: string[];
  readonly targetTags?: string[];
}

/** Workers shuffle among themselves on these ports, and carry this tag [Configure internet access and firewall rules, Dataflow]. */
export function firewall({ networkProject: project, settings }: Setup, network: Resource): Resource {
  const name = `${settings.NETWORK.slice(0, 54)}-dataflow`;
  return {
    kind: "network",
    title: `firewall rule ${name}`,
    refersTo: [network],
    api: API.compute,
    look: {
      command: gcloud("compute firewall-rules list", { project, format: "json" }),
      pick: (rules: Firewall[]) => {
        const found = named(rules, name);
        return (
          found && {
            network: lastPart(found.network),
            disabled: found.disabled ?? false,
            allowed: (found.allowed ?? []).map(({ IPProtocol, ports = [] }) => `${IPProtocol}:${ports.join("+")}`),
            from: found.sourceTags ?? [],
            to: found.targetTags ?? [],
          }
        );
      },
    },
    fields: {
      network: { wanted: settings.NETWORK, byHand: "delete the rule, and apply makes it anew" },
      disabled: {
        wanted: false,
        change: () => [gcloud("compute firewall-rules update", { project, "no-disabled": true }, name)],
      },
      allowed: {
        wanted: ["tcp:12345-12346"],
        change: () => [gcloud("compute firewall-rules update", { project, allow: "tcp:12345-12346" }, name)],
      },
      from: {
        wanted: ["dataflow"],
        change: () => [gcloud("compute firewall-rules update", { project, "source-tags": "dataflow" }, name)],
      },
      to: {
        wanted: ["dataflow"],
        change: () => [gcloud("compute firewall-rules update", { project, "target-tags": "dataflow" }, name)],
      },
    },
    create: [
      gcloud(
        "compute firewall-rules create",
        {
          network: settings.NETWORK,
          project,
          direction: "INGRESS",
          allow: "tcp:12345-12346",
          "source-tags": "dataflow",
          "target-tags": "dataflow",
        },
        name,
      ),
    ],
    terraform: [
      {
        type: "google_compute_firewall",
        body: {
          project,
          name,
          network: `projects/${project}/global/networks/${settings.NETWORK}`,
          direction: "INGRESS",
          allow: { protocol: "tcp", ports: ["12345-12346"] },
          source_tags: ["dataflow"],
          target_tags: ["dataflow"],
        },
      },
    ],
    remove: { commands: () => [gcloud("compute firewall-rules delete", { project }, name)] },
  };
}
