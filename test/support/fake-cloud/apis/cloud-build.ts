/** Cloud Build: builds that are over as soon as they are asked for, and build nothing. */
import { type Api, type Call, now, page } from "../call";
import { Collection } from "../collection";
import { invalid } from "../refused";

export interface Build {
  readonly id: string;
  readonly projectId: string;
  readonly status: "SUCCESS";
  readonly images?: readonly string[];
}

export function newBuilds() {
  return { builds: new Collection<Build>((id) => `Requested entity was not found: build ${id}.`) };
}

function create({ body, project, params, state }: Call): object {
  const asked = body as Partial<Build> & { steps?: readonly object[] };
  if ((asked.steps ?? []).length === 0) throw invalid("A build needs steps.");
  const id = state.newId();
  const name = `projects/${project.id}/locations/${params.parent?.split("/locations/")[1] ?? "global"}/builds/${id}`;
  const times = { createTime: now(), startTime: now(), finishTime: now() };
  const build = {
    ...asked,
    id,
    name,
    projectId: project.id,
    status: "SUCCESS" as const,
    ...times,
    logUrl: `https://console/${id}`,
  };
  state.builds.builds.add(id, build);
  const metadata = { "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata", build };
  return { name: `operations/build/${project.id}/${id}`, metadata, done: true, response: { ...metadata, ...build } };
}

const get = ({ params, state }: Call) => state.builds.builds.get(params.id ?? params.name!.split("/builds/")[1]!);
const list = ({ project, query, state }: Call) =>
  page(
    "builds",
    state.builds.builds.below("").filter(({ projectId }) => projectId === project.id),
    query,
  );

export const CLOUD_BUILD: Api = {
  name: "cloudbuild",
  methods: Object.fromEntries(
    ["projects.builds", "projects.locations.builds"].flatMap((builds) => [
      [`${builds}.create`, ["cloudbuild.builds.create", create]],
      [`${builds}.get`, ["cloudbuild.builds.get", get]],
      [`${builds}.list`, ["cloudbuild.builds.list", list]],
    ]),
  ) as Api["methods"],
};
