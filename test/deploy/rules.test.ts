import assert from "node:assert/strict";
import type { Deployment } from "../../deploy/deployment";
import { heldAgainstRules, type Observations, RULES } from "../../deploy/rules";
import { allRight, keyIn, london } from "./deployments";

const REGION = "europe-west2";
const OTHER = "europe-west1";
const seen = allRight(REGION);

const brokenIds = (asked: Deployment, found: Observations): string[] =>
  heldAgainstRules(asked, found, []).broken.map(({ rule }) => rule.id);

/** What one case changes: of what is asked, of what is seen. */
interface Change {
  readonly asked?: Partial<Deployment>;
  readonly found?: Partial<Observations>;
}

/** Settings of `asked` stay as they are written: undefined is nothing at all. */
function changed({ asked = {}, found = {} }: Change): [Deployment, Observations] {
  return [
    { ...london(), ...asked },
    { ...seen, ...found },
  ];
}

const topic = seen.topic as Extract<Observations["topic"], { key: unknown }>;
const bucket = seen.stagingBucket as Extract<Observations["stagingBucket"], { location: unknown }>;
const repository = seen.workerRepository as Extract<Observations["workerRepository"], { location: unknown }>;
const dataset = seen.dataset as Extract<Observations["dataset"], { location: unknown }>;
const image = (name: string) => `${REGION}-docker.pkg.dev/bank/da-streaming-pipeline/${name}`;

const ALONE: Record<string, readonly Change[]> = {
  "LOC-1": [{ asked: { region: OTHER, workerRegion: REGION, dataflowKmsKey: keyIn(OTHER) } }],
  "LOC-2": [
    { found: { stagingBucket: { ...bucket, location: "EU" } } },
    { found: { tempBucket: { ...bucket, location: "EUROPE-WEST1" } } },
  ],
  "LOC-3": [
    { found: { topic: { ...topic, allowedPersistenceRegions: [OTHER] } } },
    { found: { topic: { ...topic, allowedPersistenceRegions: [REGION, OTHER] } } },
    { found: { deadLetterTopic: { ...topic, allowedPersistenceRegions: [] } } },
  ],
  "LOC-4": [{ found: { dataset: { ...dataset, location: "EU" } } }],
  "LOC-5": [
    { asked: { workerImage: "europe-docker.pkg.dev/bank/images/worker:1" } },
    { asked: { pythonImage: `${OTHER}-docker.pkg.dev/bank/images/python:1` } },
    { asked: { javaImage: `${OTHER}-docker.pkg.dev/bank/images/java:1` }, found: { javaRepository: repository } },
  ],
  "LOC-6": [
    { found: { topic: { ...topic, enforceInTransit: false } } },
    { found: { deadLetterTopic: { ...topic, enforceInTransit: false } } },
  ],
  "KEY-1": [{ asked: { dataflowKmsKey: undefined } }],
  "KEY-2": ["global", "europe", "eur4", "nam-eur-asia1"].map((at) => ({ asked: { dataflowKmsKey: keyIn(at) } })),
  "KEY-3": [{ asked: { dataflowKmsKey: keyIn(OTHER) } }],
  "KEY-4": [
    { found: { key: { purpose: "ENCRYPT_DECRYPT", primaryState: "DISABLED" } } },
    { found: { key: { purpose: "ENCRYPT_DECRYPT", primaryState: null } } },
    { found: { key: { purpose: "ASYMMETRIC_SIGN", primaryState: null } } },
  ],
  "KEY-5": [
    { asked: { dataflowKmsKey: keyIn(REGION, "elsewhere") } },
    { asked: { dataflowKmsKey: keyIn(REGION), keyProject: "bank-keys" } },
  ],
  "KEY-6": [
    { found: { stagingBucket: { ...bucket, defaultKey: null } } },
    { found: { tempBucket: { ...bucket, defaultKey: keyIn("europe") } } },
  ],
  "KEY-7": [
    { found: { topic: { ...topic, key: null } } },
    { found: { deadLetterTopic: { ...topic, key: keyIn("global") } } },
  ],
  "KEY-8": [
    { found: { dataset: { ...dataset, defaultKey: null } } },
    { found: { table: { key: null } } },
    { found: { table: { key: keyIn("eu") } } },
  ],
  "KEY-9": [
    { found: { workerRepository: { ...repository, key: null } } },
    { found: { pythonRepository: { ...repository, key: keyIn(OTHER) } } },
    { asked: { javaImage: image("java:1") }, found: { javaRepository: { ...repository, key: null } } },
  ],
  "NET-1": [{ asked: { usePublicIps: true } }, { asked: { usePublicIps: true, subnetwork: undefined } }],
  "NET-2": [{ asked: { subnetwork: undefined } }, { asked: { subnetwork: undefined, network: "custom" } }],
  "NET-3": [{ asked: { subnetwork: `regions/${OTHER}/subnetworks/str-pl` } }],
  "NET-4": [{ found: { subnetwork: { privateIpGoogleAccess: false } } }],
  "IMG-1": ["apache/beam_python3.13_sdk:2.77.0", "gcr.io/bank/worker:1", "registry.example.com/worker:1"].map(
    (workerImage) => ({ asked: { workerImage } }),
  ),
  "IMG-2": [
    { asked: { workerImage: image("worker") } },
    { asked: { pythonImage: image("python:latest") } },
    { asked: { javaImage: image("java") }, found: { javaRepository: repository } },
  ],
  "IAM-1": [
    { asked: { serviceAccount: undefined } },
    { asked: { serviceAccount: "123456789012-compute@developer.gserviceaccount.com" } },
    { asked: { serviceAccount: "bank@appspot.gserviceaccount.com" } },
  ],
  "BKT-1": [{ asked: { tempLocation: undefined } }],
  "BKT-2": [{ asked: { stagingLocation: undefined } }],
  "BKT-3": [
    { found: { stagingBucket: { ...bucket, publicAccessPrevention: "inherited" } } },
    { found: { tempBucket: { ...bucket, publicAccessPrevention: "inherited" } } },
  ],
  "DAT-1": [{ asked: { tempLocation: "gs://bank/jane.doe@example.com" } }],
  "DAT-2": [{ asked: { jobName: "str-pl-gb29-nwbk-6016-1331-9268-19" } }],
  "DAT-3": [{ asked: { labels: { owner: "07700-900123" } } }],
  "DAT-4": [{ asked: { experiments: ["enable_data_sampling"] } }],
};

describe("every rule", () => {
  it("has an id of its own, and one line for each of reason, source and mend", () => {
    assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
    for (const { id, reason, source, mend } of RULES) {
      assert.match(id, /^[A-Z]{3}-\d+$/);
      for (const line of [reason, source, mend]) assert.match(line, /^[^\n|]+$/);
    }
  });

  it("has a deployment that breaks it alone", () =>
    assert.deepEqual(Object.keys(ALONE).sort(), RULES.map(({ id }) => id).sort()));

  for (const [id, changes] of Object.entries(ALONE)) {
    for (const change of changes) {
      it(`${id}: ${JSON.stringify(change).slice(0, 120)}`, () => assert.deepEqual(brokenIds(...changed(change)), [id]));
    }
  }
});
