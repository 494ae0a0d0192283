/** The workers' own account, and what it holds on the project: the least that Google grants there. */
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, labelIn, type Resource } from "./resource";
import type { Setup } from "./setup";

export function serviceAccount({ project, settings, worker }: Setup, apis: Resource): Resource {
  const email = worker.replace("serviceAccount:", "");
  return {
    kind: "serviceaccount",
    title: `service account ${settings.SERVICE_ACCOUNT}`,
    refersTo: [apis],
    api: API.iam,
    look: {
      command: gcloud("iam service-accounts list", { project, format: "json" }),
      pick: (accounts: { email: string; disabled?: boolean; description?: string }[]) => {
        const found = accounts.find((one) => one.email === email);
        return found && { disabled: found.disabled ?? false, deployment: labelIn(found.description) };
      },
    },
    fields: { disabled: { wanted: false, byHand: "gcloud iam service-accounts enable, by whoever disabled it" } },
    // Accounts have no labels: the description says whose it is.
    create: [
      gcloud(
        "iam service-accounts create",
        {
          project,
          "display-name": "Workers of the streaming pipeline",
          description: `deployment=${settings.DEPLOYMENT}`,
        },
        settings.SERVICE_ACCOUNT,
      ),
    ],
    terraform: [
      {
        type: "google_service_account",
        body: {
          project,
          account_id: settings.SERVICE_ACCOUNT,
          display_name: "Workers of the streaming pipeline",
          description: `deployment=${settings.DEPLOYMENT}`,
        },
      },
    ],
    remove: { commands: () => [gcloud("iam service-accounts delete", { project }, email)] },
  };
}

/** The project itself is there; its policy says who works in it. */
export function projectGrants({ project, worker }: Setup, account: Resource): Resource {
  return {
    kind: "project",
    title: `project ${project}`,
    refersTo: [account],
    api: API.projects,
    fields: {},
    create: [],
    policy: {
      terraform: { type: "google_project_iam_member", body: { project } },
      look: { command: gcloud("projects get-iam-policy", { format: "json" }, project), pick: bindings },
      grants: [
        {
          role: "roles/dataflow.worker",
          member: worker,
          reason: "workers take work items and report on them: Google grants this on a project alone",
        },
      ],
      grant: ({ member, role }) =>
        gcloud("projects add-iam-policy-binding", { member, role, condition: "None" }, project),
      revoke: ({ member, role }) =>
        gcloud("projects remove-iam-policy-binding", { member, role, condition: "None" }, project),
    },
    remove: "the project was there before",
  };
}
