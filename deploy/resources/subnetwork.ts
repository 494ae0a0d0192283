/** The workers' subnetwork: Google's services by Private Google Access; shared by its project where NETWORK_PROJECT says so. */
import { lastPart } from "../deployment";
import { AGENTS } from "./agents";
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, named, type Policy, type Resource } from "./resource";
import type { Setup } from "./setup";

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
