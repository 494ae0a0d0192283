/** Who needs which role: twelve duties, each with the commands that it runs and the least set of roles that covers them. */
import { resourcesOf } from "../resources";
import { type Command, gcloud } from "../resources/command";
import type { Setup } from "../resources/setup";
import { adoptsOf, auditsOf } from "./permissions/audited";
import { COMPARES, comparing, GENERATES } from "./permissions/comparing";
import {
  jobs,
  LETTERS_READ,
  NUMBERS_READ,
  replaying,
  revocation,
  rotating,
  submission,
  watching,
} from "./permissions/daily";
import {
  AUDITS,
  custom,
  type Needed,
  READS,
  REPLAYS,
  REVOKES,
  ROTATES,
  role,
  WATCHES,
  WRITES,
} from "./permissions/sets";
import { changesOf, readsOf } from "./permissions/walked";

export { permissionsOf } from "./permissions/of-commands";
export type { Needed } from "./permissions/sets";

export interface Duty {
  readonly name:
    | "plan"
    | "apply"
    | "verify"
    | "run"
    | "audit"
    | "status"
    | "replay"
    | "revoke"
    | "rotate"
    | "verify-image"
    | "run-direct"
    | "compare-keys";
  readonly what: string;
  readonly roles: readonly Needed[];
  readonly commands: (setup: Setup) => readonly Command[];
  /** What it asks besides, by Google's own clients: permissions. */
  readonly calls?: readonly string[];
}

/** Of an image by its digest. Google's public key, which it is verified by, is asked for too where no file has it: it is for everybody. */
const provenance = ({ project, region, settings }: Setup): readonly Command[] => [
  gcloud(
    "artifacts docker images describe",
    { format: "json", "show-provenance": true },
    `${region}-docker.pkg.dev/${project}/${settings.REGISTRY}/worker@sha256:DIGEST`,
  ),
];

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
  {
    name: "verify-image",
    what: "asks what Cloud Build signed of an image, and verifies it; changes nothing",
    roles: [
      custom(
        ["artifactregistry.repositories.get", "artifactregistry.versions.get"],
        "whether the image is there; roles/artifactregistry.reader could pull it, too",
        "repository",
      ),
      role(
        "containeranalysis.occurrences.viewer",
        "what Cloud Build signed; where images are scanned, what was found in them, too",
      ),
    ],
    commands: provenance,
  },
  {
    name: "run-direct",
    what: "keeps the key of an encrypted table on this machine wrapped by a key of Cloud KMS (TABLE_KMS_KEY)",
    roles: [role("cloudkms.cryptoKeyEncrypterDecrypter", "wraps and unwraps the table's key", "TABLE_KMS_KEY")],
    commands: () => [],
    calls: ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"],
  },
  {
    name: "compare-keys",
    what: "makes three deployments of its own, measures them in turns, and takes them away (compare-keys-teardown)",
    roles: COMPARES,
    commands: comparing,
    calls: GENERATES,
  },
];
