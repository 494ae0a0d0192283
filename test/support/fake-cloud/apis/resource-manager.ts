/** Resource Manager: the projects that are there, and who may do what in them. */
import type { Api, Call } from "../call";
import { page } from "../call";
import { holds } from "../policy-methods";
import { ABOVE } from "./observed";

const PERMISSION = "resourcemanager.projects";
const key = ({ project }: Call) => `projects/${project.id}`;

function shown({ project: { id, number, createTime }, version }: Call): object {
  if (version === "v1") return { projectNumber: number, projectId: id, lifecycleState: "ACTIVE", name: id, createTime };
  return { name: `projects/${number}`, projectId: id, state: "ACTIVE", displayName: id, createTime, etag: "W/fake" };
}

const named = ({ projectId, resource, name }: Call["params"]) =>
  (projectId ?? resource ?? name)?.replace(/^projects\//, "");
const isAbove = (name = "") => name.startsWith("organizations/");

export const RESOURCE_MANAGER: Api = {
  name: "cloudresourcemanager",
  alwaysOn: true,
  resourceOf: (params) => {
    const name = named(params) ?? "";
    return isAbove(name) ? name : `projects/${name}`;
  },
  projectOf: (params) => (isAbove(named(params)) ? undefined : named(params)),
  methods: {
    ...ABOVE,
    "projects.get": [`${PERMISSION}.get`, shown],
    "projects.list": [
      undefined,
      (call) =>
        page(
          "projects",
          [...call.state.projects.values()].map((project) => shown({ ...call, project })),
          call.query,
        ),
    ],
    "projects.getIamPolicy": [`${PERMISSION}.getIamPolicy`, (call) => call.state.policies.get(key(call))],
    "projects.setIamPolicy": [
      `${PERMISSION}.setIamPolicy`,
      (call) => call.state.policies.set(key(call), call.body.policy as object),
    ],
    "projects.testIamPermissions": [
      undefined,
      (call) => {
        const asked = (call.body.permissions ?? []) as string[];
        return { permissions: asked.filter((permission) => holds(call, permission)) };
      },
    ],
  },
};
