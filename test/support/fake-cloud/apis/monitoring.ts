/** Monitoring: alert policies and the channels that they are sent to. */
import { type Api, type Call, masked, page } from "../call";
import { Collection } from "../collection";
import { invalid } from "../refused";

interface Named {
  readonly name: string;
  readonly displayName?: string;
  readonly userLabels?: Readonly<Record<string, string>>;
}

export interface AlertPolicy extends Named {
  readonly conditions?: readonly { readonly name?: string; readonly displayName?: string }[];
  readonly combiner?: string;
  readonly enabled: boolean;
  readonly notificationChannels?: readonly string[];
}

export interface NotificationChannel extends Named {
  readonly type: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly enabled: boolean;
}

export function newMonitoring() {
  return {
    alertPolicies: new Collection<AlertPolicy>((name) => `Could not find alert policy ${name}.`),
    notificationChannels: new Collection<NotificationChannel>((name) => `Could not find notification channel ${name}.`),
  };
}

function checkPolicy(
  { state }: Call,
  { conditions = [], combiner, displayName, notificationChannels = [] }: Partial<AlertPolicy>,
): void {
  if (!displayName) throw invalid("Field alert_policy.display_name must be set.");
  if (conditions.length === 0) throw invalid("Field alert_policy.conditions must have at least one condition.");
  if (combiner === undefined) throw invalid("Field alert_policy.combiner must be set.");
  for (const name of notificationChannels) state.monitoring.notificationChannels.get(name);
}

function createPolicy(call: Call): AlertPolicy {
  const asked = call.body as Partial<AlertPolicy>;
  checkPolicy(call, asked);
  const name = `projects/${call.project.id}/alertPolicies/${call.state.newId()}`;
  const conditions = asked.conditions?.map((one) => ({ ...one, name: `${name}/conditions/${call.state.newId()}` }));
  return call.state.monitoring.alertPolicies.add(name, { enabled: true, ...asked, conditions, name });
}

function patchPolicy(call: Call): AlertPolicy {
  const { params, query, body, state } = call;
  const changed = {
    ...state.monitoring.alertPolicies.get(params.name!),
    ...masked(body as Partial<AlertPolicy>, query.get("updateMask")),
  };
  checkPolicy(call, changed);
  return state.monitoring.alertPolicies.change(params.name!, { ...changed, name: params.name! });
}

function createChannel({ project, body, state }: Call): NotificationChannel {
  const asked = body as Partial<NotificationChannel>;
  if (!asked.type) throw invalid("Field notification_channel.type must be set.");
  const name = `projects/${project.id}/notificationChannels/${state.newId()}`;
  return state.monitoring.notificationChannels.add(name, { enabled: true, ...asked, type: asked.type, name });
}

/** Only what gcloud is asked with here: `display_name="x"`, `user_labels.k="v"` and `type="email"`. */
function filtered<T extends Named>(all: readonly T[], filter: string | null): T[] {
  const [, field = "", value] = /^([\w.]+)\s*=\s*"([^"]*)"$/.exec(filter ?? "") ?? [];
  if (value === undefined) return [...all];
  const [first = "", label] = field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()).split(".");
  return all.filter((one) => {
    const found = (one as Readonly<Record<string, unknown>>)[first];
    return (label === undefined ? found : (found as Record<string, string> | undefined)?.[label]) === value;
  });
}

export const MONITORING: Api = {
  name: "monitoring",
  methods: {
    "projects.alertPolicies.create": ["monitoring.alertPolicies.create", createPolicy],
    "projects.alertPolicies.get": [
      "monitoring.alertPolicies.get",
      ({ params, state }) => state.monitoring.alertPolicies.get(params.name!),
    ],
    "projects.alertPolicies.list": [
      "monitoring.alertPolicies.list",
      ({ project, query, state }) => {
        const all = state.monitoring.alertPolicies.below(`projects/${project.id}/alertPolicies/`);
        return page("alertPolicies", filtered(all, query.get("filter")), query);
      },
    ],
    "projects.alertPolicies.patch": ["monitoring.alertPolicies.update", patchPolicy],
    "projects.alertPolicies.delete": [
      "monitoring.alertPolicies.delete",
      ({ params, state }) => {
        state.monitoring.alertPolicies.remove(params.name!);
        return {};
      },
    ],
    "projects.notificationChannels.create": ["monitoring.notificationChannels.create", createChannel],
    "projects.notificationChannels.get": [
      "monitoring.notificationChannels.get",
      ({ params, state }) => state.monitoring.notificationChannels.get(params.name!),
    ],
    "projects.notificationChannels.list": [
      "monitoring.notificationChannels.list",
      ({ project, query, state }) => {
        const all = state.monitoring.notificationChannels.below(`projects/${project.id}/notificationChannels/`);
        return page("notificationChannels", filtered(all, query.get("filter")), query);
      },
    ],
    "projects.notificationChannels.patch": [
      "monitoring.notificationChannels.update",
      ({ params, query, body, state }) =>
        state.monitoring.notificationChannels.change(
          params.name!,
          masked(body as Partial<NotificationChannel>, query.get("updateMask")),
        ),
    ],
    "projects.notificationChannels.delete": [
      "monitoring.notificationChannels.delete",
      ({ params, state }) => {
        state.monitoring.notificationChannels.remove(params.name!);
        return {};
      },
    ],
  },
};
