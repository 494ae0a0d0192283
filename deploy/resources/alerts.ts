/** What somebody has to know: alert policies, sent to ALERT_CHANNELS. Without channels they are files, for whoever keeps the alerts. */
import { listOf } from "../deployment/settings";
import type { Json } from "../../schemas/bigquery";
import { DATA_AGENTS, JOB_AGENTS } from "./agents";
import { API } from "./apis";
import { type Command, FILES, gcloud } from "./command";
import { inSnakeCase, type Resource } from "./resource";
import type { Setup } from "./setup";

type JsonObject = { readonly [name: string]: Json };

interface Alert {
  readonly name: string;
  readonly condition: JsonObject;
  readonly documentation: string;
}

/** Once in so many seconds: a matching log line may come again and again. */
const RATE = { alertStrategy: { notificationRateLimit: { period: "300s" } } };

function alertsOf(setup: Setup): readonly Alert[] {
  const { settings } = setup;
  return [
    {
      name: "no rows",
      condition: {
        displayName: "nothing is acknowledged for an hour",
        // What is acknowledged is written, and is seen within minutes: BigQuery's own count of rows may come six hours late.
        conditionThreshold: {
          filter: `resource.type="pubsub_subscription" AND resource.labels.subscription_id="${settings.SUBSCRIPTION}" AND metric.type="pubsub.googleapis.com/subscription/ack_message_count"`,
          comparison: "COMPARISON_LT",
          thresholdValue: 1,
          duration: "3600s",
          evaluationMissingData: "EVALUATION_MISSING_DATA_ACTIVE",
          aggregations: [{ alignmentPeriod: "300s", perSeriesAligner: "ALIGN_SUM", crossSeriesReducer: "REDUCE_SUM" }],
        },
      },
      documentation:
        "No message became a row or a dead letter for an hour: are messages published, and is the job running?",
    },
    {
      name: "dead letters",
      condition: {
        displayName: "dead letters are published",
        conditionThreshold: {
          filter: `resource.type="pubsub_topic" AND resource.labels.topic_id="${settings.DEAD_LETTER_TOPIC}" AND metric.type="pubsub.googleapis.com/topic/send_message_operation_count"`,
          comparison: "COMPARISON_GT",
          thresholdValue: 1,
          duration: "300s",
          aggregations: [{ alignmentPeriod: "300s", perSeriesAligner: "ALIGN_SUM", crossSeriesReducer: "REDUCE_SUM" }],
        },
      },
      documentation: "Messages come that can never become a row: their attributes say why.",
    },
    {
      name: "backlog",
      condition: {
        displayName: "a message waits for ten minutes",
        conditionThreshold: {
          filter: `resource.type="pubsub_subscription" AND resource.labels.subscription_id="${settings.SUBSCRIPTION}" AND metric.type="pubsub.googleapis.com/subscription/oldest_unacked_message_age"`,
          comparison: "COMPARISON_GT",
          thresholdValue: 600,
          duration: "300s",
          aggregations: [{ alignmentPeriod: "60s", perSeriesAligner: "ALIGN_MAX" }],
        },
      },
      documentation: "The job does not keep up, or holds: its log says which, a set-up error or the load.",
    },
    {
      name: "key used from elsewhere",
      condition: {
        displayName: "neither service agent nor admin",
        conditionMatchedLog: { filter: keyUsedFromElsewhere(setup) },
      },
      documentation:
        "Somebody else than the service agents used the key. This needs Cloud KMS's data access audit logs (DATA_READ).",
    },
  ];
}

function keyUsedFromElsewhere(setup: Setup): string {
  const accounts = [...DATA_AGENTS, ...JOB_AGENTS].map((agent) => `"${agent.account(setup)}"`);
  return [
    'protoPayload.serviceName="cloudkms.googleapis.com"',
    'protoPayload.methodName=("Encrypt" OR "Decrypt")',
    `protoPayload.resourceName:("${setup.dataKey.name}" OR "${setup.dataflowKey.name}")`,
    `NOT protoPayload.authenticationInfo.principalEmail=(${accounts.join(" OR ")})`,
  ].join(" AND ");
}

export function alerts(setup: Setup, refersTo: readonly Resource[]): readonly Resource[] {
  return alertsOf(setup).map((alert) => policy(setup, alert, refersTo));
}

interface Policy {
  readonly name: string;
  readonly displayName?: string;
  readonly userLabels?: Readonly<Record<string, string>>;
}

function policy({ project, settings }: Setup, alert: Alert, refersTo: readonly Resource[]): Resource {
  const displayName = `${settings.DEPLOYMENT}: ${alert.name}`;
  const wanted: Json = {
    displayName,
    combiner: "OR",
    enabled: true,
    conditions: [alert.condition],
    documentation: { content: alert.documentation, mimeType: "text/markdown" },
    notificationChannels: [...listOf(settings.ALERT_CHANNELS)],
    userLabels: { deployment: settings.DEPLOYMENT },
    ...("conditionMatchedLog" in alert.condition && RATE),
  };
  const file = `${FILES}/alerts/${alert.name.replaceAll(" ", "-")}.json`;
  const fromFile = (word: "create" | "update", ...names: string[]): Command => ({
    ...gcloud(`alpha monitoring policies ${word}`, { project, "policy-from-file": file }, ...names),
    files: { [file]: `${JSON.stringify(wanted, null, 2)}\n` },
  });
  return {
    kind: "alerts",
    title: `alert ${displayName}`,
    refersTo,
    api: API.monitoring,
    look: {
      command: gcloud("alpha monitoring policies list", { project, format: "json" }),
      pick: (all: Policy[]) => {
        const found = all.find((one) => one.displayName === displayName);
        return found && { policy: found as unknown as Json, deployment: found.userLabels?.deployment ?? null };
      },
    },
    fields: {
      policy: {
        wanted,
        holds: (found) => covers(found, wanted),
        change: (found) => [fromFile("update", (found as unknown as Policy).name)],
      },
    },
    create: [fromFile("create")],
    terraform: [
      {
        type: "google_monitoring_alert_policy",
        body: { project, ...(inSnakeCase(wanted) as JsonObject) },
      },
    ],
    remove: {
      commands: ({ policy }) => [
        gcloud("alpha monitoring policies delete", { project }, (policy as unknown as Policy).name),
      ],
    },
  };
}

/** Everything of `wanted` is in `found`, where the cloud adds names and times of its own. */
export function covers(found: Json | undefined, wanted: Json): boolean {
  if (wanted === null || typeof wanted !== "object") return found === wanted;
  if (Array.isArray(wanted)) {
    const all = Array.isArray(found) ? found : [];
    return all.length === wanted.length && wanted.every((one, at) => covers(all[at], one));
  }
  if (found === null || typeof found !== "object" || Array.isArray(found)) return Object.keys(wanted).length === 0;
  // The cloud leaves out an empty list.
  return Object.entries(wanted).every(([name, value]) =>
    covers(found[name] ?? (Array.isArray(value) ? [] : undefined), value),
  );
}
