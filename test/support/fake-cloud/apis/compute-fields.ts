/** What a network, a subnetwork and a firewall rule are made with. */
import { type Call, now } from "../call";
import { invalid } from "../refused";
import type { Subnetwork } from "./compute";

export const link = ({ url }: Call, name: string) => `${url}/compute/v1/${name}`;

/** `projects/P/global/networks/N` of a whole link, or of a part of one. */
export const nameIn = (link = "", project = "") =>
  /projects\/.*/.exec(link)?.[0] ??
  (link.startsWith("global/") || link.startsWith("regions/") ? `projects/${project}/${link}` : link);

/** An operation that is over; gcloud waits for it all the same. */
export function operation(call: Call, type: string, target: string): object {
  const id = call.state.newId();
  const { region } = call.params;
  const where = region === undefined ? "global" : `regions/${region}`;
  const name = `operation-${id}`;
  const links = {
    selfLink: link(call, `projects/${call.project.id}/${where}/operations/${name}`),
    targetLink: link(call, target),
  };
  const times = { insertTime: now(), startTime: now(), endTime: now(), progress: 100 };
  const place = region && { region: link(call, `projects/${call.project.id}/regions/${region}`) };
  return { kind: "compute#operation", id, name, operationType: type, status: "DONE", ...links, ...times, ...place };
}

export const fingerprint = ({ state }: Call) => Buffer.from(state.newId().slice(-8)).toString("base64");

export function networkFields({ body }: Call): object {
  const { autoCreateSubnetworks, routingConfig } = body as { autoCreateSubnetworks?: boolean; routingConfig?: object };
  if (autoCreateSubnetworks === undefined)
    throw invalid("Legacy networks can no longer be created: give autoCreateSubnetworks.");
  return { autoCreateSubnetworks, routingConfig: routingConfig ?? { routingMode: "REGIONAL" } };
}

export function inNetwork(call: Call): string {
  const { network } = call.body as { network?: string };
  const name = nameIn(network, call.project.id);
  call.state.compute.networks.get(name);
  return link(call, name);
}

export function subnetworkFields(call: Call): object {
  const { ipCidrRange, ...asked } = call.body as Partial<Subnetwork>;
  if (!/^\d+\.\d+\.\d+\.\d+\/([4-9]|1\d|2[0-9])$/.test(ipCidrRange ?? ""))
    throw invalid(`Invalid value for field 'resource.ipCidrRange': '${ipCidrRange}'.`);
  const network = inNetwork(call);
  const taken = call.state.compute.subnetworks
    .below("")
    .find((one) => one.network === network && one.ipCidrRange === ipCidrRange);
  if (taken !== undefined && taken.name !== asked.name)
    throw invalid(`Invalid IPCidrRange: ${ipCidrRange} conflicts with existing subnetwork '${taken.name}'.`);
  const region = link(call, `projects/${call.project.id}/regions/${call.params.region}`);
  const defaults = { purpose: "PRIVATE", stackType: "IPV4_ONLY", gatewayAddress: ipCidrRange?.replace(/\d+\/.*/, "1") };
  return {
    ...defaults,
    ipCidrRange,
    network,
    region,
    privateIpGoogleAccess: asked.privateIpGoogleAccess ?? false,
    fingerprint: fingerprint(call),
  };
}
