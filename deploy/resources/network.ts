/** The workers' network: Google's services by Private Google Access, no way in from outside, none out but that. */
import { API } from "./apis";
import { gcloud } from "./command";
import { named, type Resource } from "./resource";
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
