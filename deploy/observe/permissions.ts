/** Who needs which role: nine duties, each with the commands that it runs and the least set of roles that covers them. */
import { resourcesOf } from "../resources";
import { type Command, gcloud } from "../resources/command";
import { usableVersions } from "../resources/key";
import type { Resource } from "../resources/resource";
import type { Setup } from "../resources/setup";
import { listServices } from "../resources/apis";
import { probeCommands } from "./access/probes";
import { listEach } from "./access/under";
import { LISTS } from "./adopt/lists";
import { listVersions } from "./audit/keys";
import { copyCommands, listObjects, sampleLogs } from "./audit/stored";
import { jobs, LETTERS_READ, NUMBERS_READ, replaying, rotating, watching } from "./permissions/daily";
import { AUDITS, type Needed, READS, REPLAYS, REVOKES, ROTATES, role, WATCHES, WRITES } from "./permissions/sets";

export { permissionsOf } from "./permissions/of-commands";
export type { Needed } from "./permissions/sets";

export interface Duty {
  readonly name: "plan" | "apply" | "verify" | "run" | "audit" | "status" | "replay" | "revoke" | "rotate";
  readonly what: string;
  readonly roles: readonly Needed[];
  readonly commands: (setup: Setup) => readonly Command[];
  /** What it asks besides, by Google's own clients: permissions. */
  readonly calls?: readonly string[];
}

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
const readsOf = (setup: Setup) => [...SETUP_READ(setup), ...resourcesOf(setup).needed.flatMap(looksOf)];

function changesOf({ create, fields, policy }: Resource): readonly Command[] {
  return [
    ...create,
    ...Object.values(fields).flatMap(({ change }) => change?.(null) ?? []),
    ...(policy?.grants ?? []).flatMap((grant) => [...(grant.first ? [grant.first] : []), policy!.grant(grant)]),
  ];
}

/** What the job's service asks of whoever submits, said as commands. */
const submission = ({ project, region, settings }: Setup): readonly Command[] => [
  gcloud("storage cp", { project }, "pipeline.pb", `gs://${settings.BUCKET}/stage/`),
  gcloud("dataflow jobs run", { region, project }, settings.DEPLOYMENT),
  ...jobs({ project, region }),
];

/** What there is of every kind, as adopt asks. */
function adoptsOf({ project, region, dataKey, settings }: Setup): readonly Command[] {
  const place = { project, location: region };
  return [
    ...Object.values(LISTS).map((list) => list(place, "NAME")),
    LISTS.keys(dataKey, dataKey.ring),
    LISTS.tables(place, settings.DATASET),
  ];
}

/** What an audit asks besides. */
function auditsOf(setup: Setup): readonly Command[] {
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

/** What takes the keys away by their versions and gives them back, and what asks before and after. */
function revocation(setup: Setup): readonly Command[] {
  const { project, region, dataKey, dataflowKey } = setup;
  const keys = dataKey.name === dataflowKey.name ? [dataKey] : [dataKey, dataflowKey];
  const at = { region, project };
  return [
    ...keys.flatMap((asked) => {
      const place = { key: asked.key, keyring: asked.ring, location: asked.location, project: asked.project };
      const verbs = ["disable", "enable"].map((verb) => gcloud(`kms keys versions ${verb}`, place, "1"));
      return [usableVersions(asked).command, ...verbs];
    }),
    listServices(project),
    gcloud("logging settings describe", { project, format: "json" }),
    ...Object.values(listEach(setup)),
    ...jobs(setup),
    gcloud("dataflow jobs drain", at, "JOB"),
    gcloud("dataflow snapshots create", { ...at, "job-id": "JOB" }),
    gcloud("dataflow snapshots describe", at, "SNAPSHOT"),
    gcloud("beta dataflow logs list", at, "JOB"),
    ...probeCommands(setup),
  ];
}

export const DUTIES: readonly Duty[] = [
  {
    name: "plan",
    what: "reads what is there, and says what apply would do, or (adopt) what there is to be named; changes nothing",
    roles: READS,
    commands: (setup) => [...readsOf(setup), ...adoptsOf(setup)],
  },
  {
    name: "apply",
    what: "makes what is missing, and changes what differs",
    roles: WRITES,
    commands: (setup) => [...readsOf(setup), ...resourcesOf(setup).needed.flatMap(changesOf)],
  },
  {
    name: "verify",
    what: "holds rules and declared values against what is there: the same questions as plan",
    roles: READS,
    commands: readsOf,
  },
  {
    name: "run",
    what: "submits the job and follows it",
    roles: [
      role("dataflow.developer", "makes, drains and looks at jobs"),
      role("iam.serviceAccountUser", "runs workers as their account", "workers' account"),
      role("storage.objectUser", "stages the pipeline", "bucket"),
    ],
    commands: submission,
  },
  {
    name: "audit",
    what: "reads what verify reads, the jobs and their images, who may use the keys and who did, files, copies and log lines",
    roles: [...READS, ...AUDITS],
    commands: (setup) => [...readsOf(setup), ...jobs(setup), ...auditsOf(setup)],
  },
  {
    name: "status",
    what: "says how it is now: job, keys, backlog, delay, rows, dead letters and their reasons, alerts; changes nothing",
    roles: WATCHES,
    commands: watching,
    calls: [...LETTERS_READ, ...NUMBERS_READ],
  },
  {
    name: "replay",
    what: "looks at dead letters, publishes them again, and counts that nothing is lost: dead-letters, replay, conserve",
    roles: REPLAYS,
    commands: replaying,
    calls: [...LETTERS_READ, ...NUMBERS_READ],
  },
  {
    name: "revoke",
    what: "takes the keys away (every version is disabled) and gives them back, and asks each consumer before and after",
    roles: REVOKES,
    commands: revocation,
  },
  {
    name: "rotate",
    what: "makes a new primary version of the keys, and encrypts anew what lies under an older one",
    roles: ROTATES,
    commands: rotating,
  },
];
