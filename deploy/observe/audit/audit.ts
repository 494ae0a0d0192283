/** An audit: what was gathered, and what follows from it. */
import { createHash } from "node:crypto";
import type { Asked } from "../../resources/setup";
import { chainOf } from "./chain";
import { type Gathered, gather, type World } from "./gather";
import type { KeyFound } from "./keys";
import type { Audit, JobAudited, OtherJob } from "./model";
import type { KeyAudited } from "./model/key";
import { isNotObserved, type NotObserved } from "./model/told";
import { observationsOf } from "./observations";
import { outcomesOf } from "./outcomes";
import { said } from "./personal";
import { principalsOf } from "./principals";
import { uncoveredOf } from "./scan";

/** `standIn`: what is asked in place of Google Cloud. Throws ProjectNotObserved. */
export async function audit(asked: Asked, world: World, standIn?: string): Promise<Audit> {
  return audited(await gather(asked, world), standIn);
}

function audited(gathered: Gathered, standIn: string | undefined): Audit {
  const { setup, observedAt, finishedAt, by } = gathered;
  const parts = { chain: chainOf(gathered), keys: keysAudited(gathered), uncovered: uncoveredOf(gathered) };
  return {
    deployment: setup.settings.DEPLOYMENT,
    project: setup.project,
    region: setup.region,
    profile: setup.settings.PROFILE,
    observedAt,
    finishedAt,
    by,
    ...(standIn !== undefined && { standIn }),
    schema: schemaOf(gathered),
    jobs: jobsAudited(gathered),
    otherJobs: otherJobs(gathered),
    ...parts,
    outcomes: outcomesOf(gathered, parts),
    observations: observationsOf(gathered),
    drift: null,
  };
}

function jobsAudited({ jobs, graphs, images }: Gathered): readonly JobAudited[] | NotObserved {
  if (isNotObserved(jobs)) return jobs;
  return jobs.ours.map((job) => {
    const graph = graphs.get(job.id) ?? { notObserved: "nobody looked" };
    return {
      id: job.id,
      name: said(job.name),
      region: job.location,
      state: job.currentState ?? "not told",
      createdAt: job.createTime ?? null,
      key: job.environment?.serviceKmsKeyName ?? null,
      graph: isNotObserved(graph) ? graph : { sha256: graph.sha256, bytes: graph.bytes, url: graph.url },
      images: images.get(job.id) ?? [],
    };
  });
}

function otherJobs({ jobs }: Gathered): readonly OtherJob[] {
  if (isNotObserved(jobs)) return [];
  return jobs.others.map(({ id, name, location, environment }) => ({
    id,
    name: said(name),
    region: location,
    key: environment?.serviceKmsKeyName ?? null,
  }));
}

/** Of the columns as BigQuery has them: names, types, modes, descriptions and policy tags. */
function schemaOf({ visits }: Gathered): Audit["schema"] {
  const table = visits.find(({ resource }) => resource.kind === "table");
  if (table?.reading.kind !== "found") {
    return { notObserved: table?.reading.kind === "not observed" ? table.reading.notObserved : "there is no table" };
  }
  const columns = table.reading.fields.columns as readonly unknown[];
  return { sha256: createHash("sha256").update(JSON.stringify(columns)).digest("hex"), columns: columns.length };
}

function keysAudited({ keys, visits }: Gathered): readonly KeyAudited[] {
  return keys.map((found) => {
    const resource = visits.find(
      ({ resource: { kind, title } }) => kind === "key" && title === titleOf(found),
    )?.resource;
    const { asked, key, versions, policies, uses } = found;
    const seen = isNotObserved(key) ? undefined : key;
    return {
      name: asked.name,
      purpose: seen?.purpose ?? null,
      protection: seen?.versionTemplate?.protectionLevel?.toLowerCase() ?? null,
      primary: seen?.primary === undefined ? null : { name: seen.primary.name, state: seen.primary.state },
      versions,
      nextRotationAt: seen?.nextRotationTime ?? null,
      principals: principalsOf(found, resource?.policy?.grants ?? []),
      unseen: [
        ...policies.flatMap(({ at, bindings }) =>
          isNotObserved(bindings) ? [{ at, notObserved: bindings.notObserved }] : [],
        ),
        ...[...found.ownRoles].flatMap(([role, permissions]) =>
          isNotObserved(permissions) ? [{ at: `role ${role}`, notObserved: permissions.notObserved }] : [],
        ),
      ],
      uses,
    };
  });
}

const titleOf = ({ asked }: KeyFound) => `key ${asked.location}/${asked.key}`;
