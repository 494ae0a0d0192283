/** Whether a caller may, and what is said where it may not. */
import type { Api, Caller } from "./call";
import { Refused } from "./refused";
import { holds } from "./roles";
import type { Project, State } from "./state";

/** Throws Refused. `resource`: `projects/P/topics/T`. */
export function checkPermission(
  state: State,
  api: Api,
  project: Project,
  { member, roles = [], permissions = [] }: Caller,
  { permission, resource }: { readonly permission: string; readonly resource: string },
): void {
  const granted =
    member === undefined ? [] : state.policies.rolesOf(member, around(permission.split(".")[0]!, resource, project.id));
  if (!holds([...roles, ...granted], permissions, permission)) throw forbidden(api, permission, resource, project.id);
}

/** A thing, all that it lies in, and its project: whatever is granted on one of them counts. */
function around(api: string, resource: string, project: string): string[] {
  const parts = resource.split("/");
  const outer = parts.flatMap((_, at) =>
    at % 2 === 1 && at > 1 ? [`${api}/${parts.slice(0, at + 1).join("/")}`] : [],
  );
  return [...outer, `${api}/${resource}`, `projects/${project}`];
}

function forbidden({ name }: Api, permission: string, resource: string, project: string): Refused {
  const denied = `Permission '${permission}' denied on resource`;
  const texts: Readonly<Record<string, string>> = {
    pubsub: "User not authorized to perform this action.",
    bigquery: `Access Denied: Project ${project}: User does not have ${permission} permission in project ${project}.`,
    compute: `Required '${permission}' permission for '${resource}'`,
    storage: `The caller does not have ${permission} access. ${denied} (or it may not exist).`,
  };
  const text = texts[name] ?? `${denied} '//${name}.googleapis.com/${resource}' (or it may not exist).`;
  return new Refused("PERMISSION_DENIED", text, { reason: name === "bigquery" ? "accessDenied" : "forbidden" });
}

/** Throws Refused where the API is not on in the project. */
export function checkEnabled({ name, alwaysOn }: Api, { enabled, number }: Project): void {
  const service = `${name}.googleapis.com`;
  if (alwaysOn === true || enabled.has(service)) return;
  const page = `https://console.developers.google.com/apis/api/${service}/overview?project=${number}`;
  const text = `${service} has not been used in project ${number} before or it is disabled. Enable it by visiting ${page} then retry.`;
  const info = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "SERVICE_DISABLED",
    domain: "googleapis.com",
  };
  const details = [{ ...info, metadata: { service, consumer: `projects/${number}` } }];
  throw new Refused("PERMISSION_DENIED", text, { reason: "accessNotConfigured", details });
}
