/** The commands of the walk over the resources: what it asks, and what it makes and changes. */
import { resourcesOf } from "../../resources";
import { listServices } from "../../resources/apis";
import { type Command, gcloud } from "../../resources/command";
import type { Resource } from "../../resources/resource";
import type { Setup } from "../../resources/setup";

/** The project itself is described only where no API is on yet. */
const SETUP_READ = ({ project }: Setup): readonly Command[] => [
  listServices(project),
  gcloud("projects describe", { format: "json" }, project),
  gcloud("logging settings describe", { project, format: "json" }),
];

const looksOf = ({ look, policy }: Resource): readonly Command[] => [
  ...(look === undefined ? [] : [look.command]),
  ...(look?.otherwise === undefined ? [] : [look.otherwise.command]),
  ...(policy === undefined || policy.grants.length === 0 ? [] : [policy.look.command]),
];

export const readsOf = (setup: Setup) => [...SETUP_READ(setup), ...resourcesOf(setup).needed.flatMap(looksOf)];

export function changesOf({ create, fields, policy }: Resource): readonly Command[] {
  return [
    ...create,
    ...Object.values(fields).flatMap(({ change }) => change?.(null) ?? []),
    ...(policy?.grants ?? []).flatMap((grant) => [...(grant.first ? [grant.first] : []), policy!.grant(grant)]),
  ];
}
