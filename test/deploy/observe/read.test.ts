import assert from "node:assert/strict";
import { asking } from "../../../deploy/observe/ask";
import { readAll, readSetup } from "../../../deploy/observe/read";
import { gcloud, shown } from "../../../deploy/resources/command";
import type { Resource } from "../../../deploy/resources/resource";
import type { Run } from "../../../deploy/run";
import { keyRing } from "../../../deploy/resources/key-ring";
import { askedFor, setupFor } from "../setups";

const RINGS = JSON.stringify([{ name: setupFor().dataKey.name.split("/cryptoKeys/")[0] }]);
const noWait = async () => {};

/** Answers by the command's first words; whatever is not listed is an empty list. */
function cloud(answers: Readonly<Record<string, string | Error>>): { run: Run; asked: string[] } {
  const asked: string[] = [];
  const run: Run = async (command) => {
    asked.push(shown(command));
    const answer = Object.entries(answers).find(([words]) => shown(command).startsWith(words))?.[1] ?? "[]";
    if (answer instanceof Error) return { code: 1, stdout: "", stderr: answer.message };
    return { code: 0, stdout: answer, stderr: "" };
  };
  return { run, asked };
}

const ring: Resource = {
  kind: "keyring",
  title: "ring",
  refersTo: [],
  api: "kms",
  look: { command: gcloud("rings list", {}), pick: (all: object[]) => all[0] as never },
  fields: {},
  create: [],
};
const inRing = (title: string): Resource => ({
  ...ring,
  kind: "key",
  title,
  refersTo: [ring],
  look: { command: gcloud("keys list", {}), pick: (all: { name: string }[]) => all.find(({ name }) => name === title) },
});

async function readings(answers: Readonly<Record<string, string | Error>>) {
  const { run, asked } = cloud(answers);
  const keys = [inRing("a"), inRing("b")];
  const all = await readAll([ring, ...keys], asking(run, noWait));
  return { kinds: [ring, ...keys].map((one) => all.get(one)!.kind), asked };
}

describe("reading", () => {
  it("asks each question once, whoever needs the answer", async () => {
    const { kinds, asked } = await readings({ "gcloud rings": "[{}]", "gcloud keys": '[{"name":"b"}]' });
    assert.deepEqual(kinds, ["found", "absent", "found"]);
    assert.deepEqual(asked.sort(), ["gcloud keys list", "gcloud rings list"]);
  });

  it("takes for absent what would be in something that is absent", async () => {
    const { kinds } = await readings({ "gcloud keys": new Error("ERROR: something odd") });
    assert.deepEqual(kinds, ["absent", "absent", "absent"]);
  });

  it("never takes for absent what it may not see", async () => {
    const denied = new Error("ERROR: PERMISSION_DENIED: cloudkms.cryptoKeys.list");
    const { kinds } = await readings({ "gcloud rings": "[{}]", "gcloud keys": denied });
    assert.deepEqual(kinds, ["found", "not observed", "not observed"]);
  });

  for (const [what, keys, rings, kind] of [
    ["is there where its keys can be listed, and nobody asks further", "[]", "[]", "found"],
    ["is looked for in a list of rings where they cannot", new Error("ERROR: PERMISSION_DENIED"), RINGS, "found"],
    ["is absent where it is not in that list", new Error("ERROR: NOT_FOUND"), "[]", "absent"],
    ["is not observed where neither is answered", new Error("ERROR: 403"), new Error("ERROR: 403"), "not observed"],
  ] as const) {
    it(`a key ring ${what}`, async () => {
      const { run, asked } = cloud({ "gcloud kms keys": keys, "gcloud kms keyrings": rings });
      const resource = keyRing(setupFor().dataKey, { ...ring, refersTo: [], api: "serviceusage" });
      const all = await readAll([resource], asking(run, noWait));
      assert.equal(all.get(resource)!.kind, kind);
      assert.equal(
        asked.some((one) => one.startsWith("gcloud kms keyrings list")),
        keys instanceof Error,
      );
    });
  }

  it("presumes absent what an API that is off hides", async () => {
    const { kinds } = await readings({ gcloud: new Error("ERROR: SERVICE_DISABLED") });
    assert.deepEqual(kinds, ["presumed absent", "presumed absent", "presumed absent"]);
  });

  it("asks again what passes by itself, and gives up after four times", async () => {
    const { kinds, asked } = await readings({
      "gcloud rings": "[{}]",
      "gcloud keys": new Error("ERROR: HTTPError 503"),
    });
    assert.deepEqual(kinds, ["found", "not observed", "not observed"]);
    assert.equal(asked.filter((one) => one === "gcloud keys list").length, 4);
  });

  it("says why where the project cannot be looked at", async () => {
    const { run } = cloud({ "gcloud projects": new Error("ERROR: PERMISSION_DENIED: no") });
    await assert.rejects(readSetup(askedFor(), asking(run, noWait)), /project bank-project: .*PERMISSION_DENIED/);
  });

  it("takes the project's number from the names of its services, and describes it only where they do not tell", async () => {
    const told = cloud({ "gcloud services": '[{"name":"projects/42/services/pubsub.googleapis.com"}]' });
    assert.equal((await readSetup(askedFor(), asking(told.run, noWait))).projectNumber, "42");
    assert.ok(!told.asked.some((one) => one.startsWith("gcloud projects describe")));
    for (const services of ["[]", '[{"name":"projects/bank-project/services/x"}]']) {
      const { run } = cloud({ "gcloud services": services, "gcloud projects": '{"projectNumber":"7"}' });
      assert.equal((await readSetup(askedFor(), asking(run, noWait))).projectNumber, "7");
    }
  });

  it("takes the usual form of Cloud Logging's account where that is not told", async () => {
    const { run } = cloud({
      "gcloud projects": '{"projectNumber":"7"}',
      "gcloud logging": new Error("ERROR: SERVICE_DISABLED"),
    });
    const { loggingAccount } = await readSetup(askedFor(), asking(run, noWait));
    assert.equal(loggingAccount, "service-7@gcp-sa-logging.iam.gserviceaccount.com");
  });
});
