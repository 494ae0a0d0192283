/** `make verify-image`, on documents of the form in which Cloud Build gives them, signed by a key of the test's own. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { preAuthenticationEncoding } from "../../../deploy/attest/dsse";
import {
  pinnedImage,
  ProvenanceError,
  type ProvenanceErrorCode,
  SIGNER,
  verifyProvenance,
} from "../../../deploy/attest/image";
import { main } from "../../../deploy/proof";
import type { Command } from "../../../deploy/resources/command";

const NAME = "europe-west2-docker.pkg.dev/bank-project/da-streaming-pipeline/worker";
const DIGEST = "9dcfacc497b61c4d2ff5708e644c060726781fae514dc8ba71c49dced675bcbe";
const IMAGE = `${NAME}@sha256:${DIGEST}`;
const COMMIT = "75c21a6224914056801d5be2316d89de3ff24811";
const BUILD = "projects/171719165453/locations/europe-west2/builds/565456b1-0394-4c71-8c18-79f9057483df";
const ARCHIVE = "gs://bank-builds/source/1665165360.279777-955d1904741e4bbeb3461080299e929a.tgz#1665165361152729";
const TYPE = "application/vnd.in-toto+json";
const base = (name: string, digit: string) => `${name}@sha256:${digit.repeat(64)}`;

// biome-ignore lint/suspicious/noExplicitAny: each test breaks another part of it
type Loose = any;

/** As of a build of deploy/worker/cloudbuild.yaml by `gcloud builds submit`. */
function statement(): Loose {
  const subject = [{ name: `https://${NAME}:1.2.3`, digest: { sha256: DIGEST } }];
  subject.push({ name: `https://${NAME.replace("worker", "python")}:1.2.3`, digest: { sha256: "e".repeat(64) } });
  const step = (id: string, file: string) => ({
    args: ["build", `--file=deploy/worker/${file}`, `--tag=${NAME.replace("worker", id)}:1.2.3`, "."],
    id,
    name: "gcr.io/cloud-builders/docker",
    status: "SUCCESS",
  });
  const bases = {
    id: "bases",
    name: "gcr.io/cloud-builders/docker",
    entrypoint: "bash",
    args: ["-c", "…"],
    status: "SUCCESS",
  };
  return {
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.1",
    subject,
    predicate: {
      builder: { id: "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3" },
      materials: [{ uri: ARCHIVE, digest: { md5: "6e9c2c03099262d534519d106fe04b08" } }],
      metadata: { buildFinishedOn: "2026-10-07T17:57:16.595464Z", buildStartedOn: "2026-10-07T17:56:01.814040892Z" },
      recipe: {
        type: "https://cloudbuild.googleapis.com/CloudBuildSteps@v0.1",
        definedInMaterial: "-1",
        arguments: {
          "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build",
          name: BUILD,
          options: { logging: "GCS_ONLY", pool: {}, requestedVerifyOption: "VERIFIED" },
          steps: [bases, step("worker", "Dockerfile"), step("python", "python.Dockerfile")],
          substitutions: {
            _GO_IMAGE: base("golang:1.26-bookworm", "1"),
            _NODE_IMAGE: base("node:24-bookworm-slim", "2"),
            _REVISION: COMMIT,
            _VERSION: "1.2.3",
          },
        },
      },
    },
  };
}

const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PUBLIC_KEY = keys.publicKey.export({ type: "spki", format: "pem" }) as string;

/** What gcloud answers: the signed bytes, and the registry's own view of them, which nobody signed. */
function described(signed: Loose = statement(), keyid = SIGNER): Loose {
  const payload = Buffer.from(JSON.stringify(signed));
  const sig = sign("sha256", preAuthenticationEncoding(TYPE, payload), keys.privateKey).toString("base64url");
  const envelope = { payload: payload.toString("base64"), payloadType: TYPE, signatures: [{ keyid, sig }] };
  const occurrence = {
    build: { intotoStatement: statement() },
    envelope,
    kind: "BUILD",
    resourceUri: `https://${IMAGE}`,
  };
  return {
    image_summary: { digest: `sha256:${DIGEST}`, fully_qualified_digest: IMAGE, registry: NAME.split("/")[0] },
    provenance_summary: { provenance: [occurrence] },
  };
}

const check = (answer: unknown, wanted: object = {}) =>
  verifyProvenance(answer, pinnedImage(IMAGE), { publicKey: PUBLIC_KEY, ...wanted });

describe("an image's provenance", () => {
  it("says who built it, where, and of what", () => {
    const { build, revision, source, bases } = check(described(), {
      revision: COMMIT,
      source: "gs://bank-builds/source/",
    });
    assert.deepEqual([build, revision, source[0]!.uri, bases.length], [BUILD, COMMIT, ARCHIVE, 2]);
  });

  it("is asked for by a digest in one region", () => {
    for (const text of [
      `${NAME}:1.2.3`,
      NAME,
      `eu-docker.pkg.dev/p/r/i@sha256:${DIGEST}`,
      `gcr.io/p/i@sha256:${DIGEST}`,
    ]) {
      assert.throws(() => pinnedImage(text), ProvenanceError, text);
    }
  });

  const broken: Readonly<Record<string, readonly [ProvenanceErrorCode, (signed: Loose) => void]>> = {
    "of another digest": ["IMAGE", ({ subject }) => (subject[0].digest.sha256 = "f".repeat(64))],
    "of another name": ["IMAGE", ({ subject }) => (subject[0].name = `https://${NAME}-2:1.2.3`)],
    "of another kind": ["STATEMENT", (signed) => (signed.predicateType = "https://slsa.dev/provenance/v0.2")],
    "by another builder": [
      "BUILDER",
      ({ predicate }) => (predicate.builder.id = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.2"),
    ],
    "by nobody": ["BUILDER", (signed) => delete signed.predicate.builder],
    "in another region": [
      "BUILD",
      ({ predicate }) => (predicate.recipe.arguments.name = BUILD.replace("europe-west2", "us-central1")),
    ],
    "not verified": ["BUILD", ({ predicate }) => delete predicate.recipe.arguments.options.requestedVerifyOption],
    "with a step of a stranger": [
      "BUILD",
      ({ predicate }) => (predicate.recipe.arguments.steps[0].name = "somebody/builder"),
    ],
    "by another Dockerfile": [
      "BUILD",
      ({ predicate }) => (predicate.recipe.arguments.steps[1].args[1] = "--file=Dockerfile"),
    ],
    "by two steps": ["BUILD", ({ predicate: { recipe } }) => recipe.arguments.steps.push(recipe.arguments.steps[1])],
    "by no step": ["BUILD", ({ predicate }) => (predicate.recipe.arguments.steps = [])],
    "on a base without a digest": [
      "BUILD",
      ({ predicate }) => (predicate.recipe.arguments.substitutions._NODE_IMAGE = "node:24"),
    ],
    "on no base": ["BUILD", ({ predicate }) => (predicate.recipe.arguments.substitutions = { _REVISION: COMMIT })],
    "of an unknown recipe": ["BUILD", ({ predicate }) => (predicate.recipe.type = "https://example.com/recipe")],
    "of no source": ["SOURCE", ({ predicate }) => (predicate.materials = [])],
    "of a source without a digest": ["SOURCE", ({ predicate }) => (predicate.materials[0].digest = {})],
    "of a source elsewhere": ["SOURCE", ({ predicate }) => (predicate.materials[0].uri = "gs://elsewhere/a.tgz#1")],
    "of another revision": [
      "SOURCE",
      ({ predicate }) => (predicate.recipe.arguments.substitutions._REVISION = "unknown"),
    ],
  };
  const refused = (code: ProvenanceErrorCode, answer: unknown) =>
    assert.throws(
      () => check(answer, { revision: COMMIT, source: "gs://bank-builds/source/" }),
      (error) => error instanceof ProvenanceError && error.code === code && !error.message.includes("\n"),
    );
  for (const [what, [code, breakIt]] of Object.entries(broken)) {
    it(`is refused: ${what}`, () => {
      const signed = statement();
      breakIt(signed);
      refused(code, described(signed));
    });
  }

  it("is believed of the signed bytes alone", () => {
    const changed = described();
    const [{ envelope }] = changed.provenance_summary.provenance;
    const other = statement();
    other.predicate.recipe.arguments.substitutions._REVISION = "0".repeat(40);
    envelope.payload = Buffer.from(JSON.stringify(other)).toString("base64");
    refused("SIGNATURE", changed);
    const bad = statement();
    bad.predicate.builder.id = "somebody";
    refused("BUILDER", described(bad));
  });

  it("is none where nothing is there, or another key signed", () => {
    for (const answer of [{}, null, { provenance_summary: { provenance: [] } }]) refused("NONE", answer);
    refused("NONE", described(statement(), SIGNER.replace("verified-builder", "bank-project")));
    const another = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
      type: "spki",
      format: "pem",
    });
    assert.throws(() => check(described(), { publicKey: another }), { code: "SIGNATURE" });
  });

  it("is refused where one of two documents does not hold", () => {
    const [good, bad] = [described(), statement()];
    bad.predicate.recipe.arguments.steps[0].name = "somebody/builder";
    good.provenance_summary.provenance.push(...described(bad).provenance_summary.provenance);
    refused("BUILD", good);
  });

  it("is asked for by gcloud, with Google's key from Cloud KMS, before a job uses the image", async () => {
    const asked: string[] = [];
    let said = "";
    const run = async ({ args }: Command) => {
      asked.push(args.join(" "));
      const file = args.find((arg) => arg.startsWith("--output-file="))?.split("=")[1];
      if (file !== undefined) require("node:fs").writeFileSync(file, PUBLIC_KEY);
      return { code: 0, stdout: file === undefined ? JSON.stringify(described()) : "", stderr: "" };
    };
    const print = (text: string) => {
      said += text;
    };
    const world = { env: {}, run, print, complain: print };
    assert.equal(await main(["verify-image", IMAGE, "--revision", COMMIT], world), 0, said);
    assert.match(said, /✓ signed by Cloud Build's key[\s\S]*not proven:/);
    assert.match(asked[0]!, /^kms keys versions get-public-key 1 .*--project=verified-builder/);
    assert.match(asked[1]!, /^artifacts docker images describe .*--show-provenance/);
    assert.equal(await main(["verify-image", IMAGE, "--revision", "0".repeat(40)], world), 1);
    assert.match(said, /\[SOURCE\]/);
  });

  it("holds of a build by the very files of deploy/worker", () => {
    const steps = readFileSync("deploy/worker/cloudbuild.yaml", "utf8");
    const names = [...steps.matchAll(/^ {4}name: (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual([...new Set(names)], ["gcr.io/cloud-builders/docker"]);
    for (const file of ["cloudbuild.yaml", "cloudbuild.java.yaml"]) {
      const text = readFileSync(`deploy/worker/${file}`, "utf8");
      assert.match(text, /requestedVerifyOption: VERIFIED/);
      assert.match(text, /--file=deploy\/worker\/(?:java\.)?Dockerfile/);
      assert.match(text, /^images:/m);
    }
  });
});
