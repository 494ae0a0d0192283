import assert from "node:assert/strict";
import { asking } from "../../../deploy/observe/ask";
import { exitCodeOf, plan } from "../../../deploy/observe/plan";
import { planAsJson, planAsText } from "../../../deploy/observe/print-plan";
import { linesAsText, verify } from "../../../deploy/observe/verify";
import { ModelledCloud } from "../modelled-cloud";
import { askedFor } from "../setups";

const planOf = (cloud: ModelledCloud, given = {}) => plan(askedFor(given), asking(cloud.run), cloud.declare);

describe("a plan that is printed", () => {
  it("says of every resource what is there, and then every command in order", async () => {
    const found = await planOf(new ModelledCloud());
    const text = planAsText(found);
    assert.match(text, /^str-pl in bank-project \(123456789012\), europe-west2, profile london\n/);
    assert.match(text, /^missing +topic str-pl-pubsub-topic$/m);
    assert.match(text, /^not granted +bucket da_streaming_pipeline: roles\/storage.objectAdmin to /m);
    const order = [
      "services enable",
      "keyrings create",
      "keys create",
      "topics create",
      "subscriptions create",
      " mk --table",
    ];
    const places = order.map((words) => text.search(new RegExp(`^(gcloud|bq) .*${words}`, "m")));
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    assert.ok(places.every((place) => place > 0));
  });

  it("is the same as JSON", async () => {
    const found = await planOf(new ModelledCloud());
    const json = JSON.parse(planAsJson(found));
    assert.equal(json.exit, 2);
    const text = planAsText(found);
    for (const command of [...json.commands, ...json.offered]) assert.ok(text.includes(`\n${command}`), command);
    assert.equal(json.resources.length, found.visits.length);
  });

  it("names what has to be done by hand, and for what is given the commands for whoever owns it", async () => {
    const found = await planOf(new ModelledCloud(), { GIVEN: "keyring" });
    assert.equal(exitCodeOf(found), 2);
    assert.match(
      planAsText(found),
      /^by hand +key ring europe-west2\/str-pl-london-kr\n +it is given, and not there: .*\n +gcloud kms keyrings create /m,
    );
  });

  it("is an error where a rule is broken that nobody accepted, and says which were accepted", async () => {
    const article = { PROFILE: "article" };
    assert.equal(exitCodeOf(await planOf(new ModelledCloud(), article)), 1);
    const text = planAsText(await planOf(new ModelledCloud(), { ...article, ACCEPT: "LOC-1 KEY-2 NET-1" }));
    assert.match(text, /^accepted: LOC-1, KEY-2$/m);
    assert.match(text, /^ACCEPT=NET-1 is not needed/m);
  });
});

describe("a verification of what is not there", () => {
  it("holds nothing of the cloud, and says so", async () => {
    const text = linesAsText(verify(await planOf(new ModelledCloud())));
    assert.match(text, /^broken +topic str-pl-pubsub-topic is not there$/m);
    assert.match(text, /^not observed +KEY-4 the key: it is not there$/m);
    assert.match(text, /\d+ of \d+ do not hold\n$/);
  });
});
