/** The one firewall rule: the workers among themselves, and nobody else. */
import { lastPart } from "../deployment";
import { API } from "./apis";
import { gcloud } from "./command";
import { named, type Resource } from "./resource";
import type { Setup } from "./setup";

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
