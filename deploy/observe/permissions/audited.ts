/** The commands of adopt and audit, beside those of the walk. */
import { type Command, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { LISTS } from "../adopt/lists";
import { listVersions } from "../audit/keys";
import { copyCommands, listObjects, sampleLogs } from "../audit/stored";

/** What there is of every kind, as adopt asks. */
export function adoptsOf({ project, region, dataKey, settings }: Setup): readonly Command[] {
  const place = { project, location: region };
  return [
    ...Object.values(LISTS).map((list) => list(place, "NAME")),
    LISTS.keys(dataKey, dataKey.ring),
    LISTS.tables(place, settings.DATASET),
  ];
}

/** What an audit asks besides. */
export function auditsOf(setup: Setup): readonly Command[] {
  const { project, region, dataKey, settings } = setup;
  const json = { format: "json" };
  const ring = { location: dataKey.location, project: dataKey.project };
  const image = `${region}-docker.pkg.dev/${project}/${settings.REGISTRY}/worker:TAG`;
  return [
    listVersions(dataKey),
    gcloud("kms keyrings get-iam-policy", { ...ring, ...json }, dataKey.ring),
    gcloud("projects get-ancestors-iam-policy", json, project),
    gcloud("iam roles describe", { project, ...json }, "ROLE"),
    gcloud("logging read", { project, ...json }, "FILTER"),
    sampleLogs(setup),
    listObjects(setup),
    gcloud("storage cp", { project }, `gs://${settings.BUCKET}/stage/pipeline.pb`, "FILE"),
    gcloud("artifacts docker images describe", json, image),
    gcloud("compute instances list", { project, ...json }),
    ...Object.values(copyCommands(setup)),
  ];
}
