/** Resource Manager: the projects that are there, and who may do what in them. */
import type { Api, Call } from "../call";
import { page } from "../call";
import { holds } from "../policy-methods";

const PERMISSION = "resourcemanager.projects";
const key = ({ project }: Call) => `projects/${project.id}`;

function shown({ project: { id, number, createTime }, version }: Call): object {
  if (version === "v1") return { projectNumber: number, projectId: id, lifecycleState: "ACTIVE", name: id, createTime };
  return { name: `projects/${number}`, projectId: id, state: "ACTIVE", displayName: id, createTime, etag: "W/fake" };
}

export const RESOURCE_MANAGER: Api = {
  name: "cloudresourcemanager",
  alwaysOn: true,
  resourceOf: (params) =>
    `projects/${(params.projectId ?? params.resource ?? params.name ?? "").replace(/^projects\//, "")}`,
  projectOf: (params) => (params.projectId ?? params.resource ?? params.name)?.replace(/^projects\//, ""),
  methods: {
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
