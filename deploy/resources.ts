/** Everything that a deployment needs in the cloud, in the order in which it reads; the order of making follows from what refers to what. */
import { DATA_AGENTS, JOB_AGENTS } from "./resources/agents";
import { alerts } from "./resources/alerts";
import { apis } from "./resources/apis";
import { bucket } from "./resources/bucket";
import { dataset } from "./resources/dataset";
import { firewall } from "./resources/firewall";
import { key } from "./resources/key";
import { keyRing } from "./resources/key-ring";
import { defaultSink, logBucket, logSink } from "./resources/logs";
import { network } from "./resources/network";
import { orgPolicies } from "./resources/org-policies";
import { registry } from "./resources/registry";
import type { Resource } from "./resources/resource";
import { projectGrants, serviceAccount } from "./resources/service-account";
import type { Setup } from "./resources/setup";
import { subnetwork } from "./resources/subnetwork";
import { deadLetters, source } from "./resources/subscription";
import { table } from "./resources/table";
import { deadLetterTopic, topic } from "./resources/topic";

export interface Resources {
  readonly needed: readonly Resource[];
  /** Printed, with their files, for whoever keeps them. */
  readonly offered: readonly Resource[];
}

/** Alerts are needed where there are channels for them, org policies where they are asked for: else they are offered. */
export function resourcesOf(setup: Setup): Resources {
  const needed = neededOf(setup);
  const alerting = alerts(setup, needed);
  const policies = orgPolicies(setup, needed);
  const hasChannels = setup.settings.ALERT_CHANNELS !== "";
  return {
    needed: [...needed, ...(hasChannels ? alerting : []), ...(setup.orgPolicies ? policies : [])],
    offered: [...(hasChannels ? [] : alerting), ...(setup.orgPolicies ? [] : policies)],
  };
}

function neededOf(setup: Setup): readonly Resource[] {
  const on = apis(setup);
  const account = serviceAccount(setup, on);
  const keys = keysOf(setup, on);
  const messages = topic(setup, setup.settings.TOPIC, keys.data);
  const dead = deadLetterTopic(setup, keys.data, account);
  const rows = dataset(setup, keys.data);
  const net = network(setup, on);
  const logs = logBucket(setup, keys.data);
  const sink = logSink(setup, logs);
  return [
    on,
    ...keys.all,
    account,
    projectGrants(setup, account),
    messages,
    source(setup, messages, account),
    dead,
    deadLetters(setup, dead),
    rows,
    table(setup, rows, account),
    bucket(setup, keys.data, account),
    registry(setup, keys.data, account),
    net,
    subnetwork(setup, net),
    firewall(setup, net),
    logs,
    sink,
    defaultSink(setup, sink),
  ];
}

/** One ring and key, or, in a split profile, one of the data and one of the job. */
function keysOf(setup: Setup, apis: Resource): { readonly data: Resource; readonly all: readonly Resource[] } {
  const { dataKey, dataflowKey } = setup;
  const ring = keyRing(dataKey, apis);
  if (dataKey.name === dataflowKey.name) {
    const data = key(setup, dataKey, ring, [...DATA_AGENTS, ...JOB_AGENTS]);
    return { data, all: [ring, data] };
  }
  const data = key(setup, dataKey, ring, DATA_AGENTS);
  const sameRing = dataKey.ring === dataflowKey.ring && dataKey.location === dataflowKey.location;
  const jobRing = sameRing ? ring : keyRing(dataflowKey, apis);
  return { data, all: [ring, data, jobRing, key(setup, dataflowKey, jobRing, JOB_AGENTS)] };
}
