import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deployment } from "../../deploy/deployment";
import { acceptedLabel, describeBroken, heldAgainstRules, NOTHING_OBSERVED, RULES } from "../../deploy/rules";
import { allRight, article, keyIn, london } from "./deployments";

const nothing = NOTHING_OBSERVED("no credentials");
const said = (asked: Deployment, found = nothing) => describeBroken(heldAgainstRules(asked, found, []).broken);

describe("describeBroken", () => {
  it("says everything at once: what was found, why, the mend, how it is accepted", () => {
    const text = said(article());
    const [location, key] = text.split("\n\n");
    assert.match(location!, /^LOC-1 {2}job region europe-west1, workers in europe-west2\n/);
    assert.match(key!, /^KEY-2 {2}the key is in global, which is no region\n/);
    for (const [id, block] of Object.entries({ "LOC-1": location!, "KEY-2": key! })) {
      const { reason, source, mend } = RULES.find((rule) => rule.id === id)!;
      for (const line of [reason, source, mend, `--accept ${id} takes it knowingly`]) assert.ok(block.includes(line));
    }
    assert.ok(text.endsWith("\n"));
  });

  it("joins what one rule found of several resources", () => {
    const asked = london({ workerImage: "a/b:1", pythonImage: "quay.io/a/b:1" });
    assert.match(said(asked), /^IMG-1 {2}the worker image is from docker\.io; the Python image is from quay\.io$/m);
  });

  it("is empty where nothing is broken", () => assert.equal(describeBroken([]), ""));
});

describe("findings", () => {
  const personal = ["07700900123", "gb29nwbk60161331926819", "4111111111111111"];
  const places: Record<string, (text: string) => Partial<Deployment>> = {
    "job name": (text) => ({ jobName: `j${text}` }),
    "label's key": (text) => ({ labels: { [`l_${text}`]: "" } }),
    "label's value": (text) => ({ labels: { l: text } }),
    topic: (text) => ({ source: { kind: "topic", topic: `projects/bank/topics/t-${text}` } }),
    subscription: (text) => ({
      source: { kind: "subscription", subscription: `projects/bank/subscriptions/s-${text}` },
    }),
    "dead letter topic": (text) => ({ deadLetterTopic: `projects/bank/topics/t.${text}` }),
    "staging bucket": (text) => ({ stagingLocation: `gs://b-${text}/stage` }),
    "temp path": (text) => ({ tempLocation: `gs://bank/${text}` }),
    dataset: (text) => ({ table: { project: "bank", dataset: `d_${text}`, table: "t" } }),
    table: (text) => ({ table: { project: "bank", dataset: "d", table: `t_${text}` } }),
    key: (text) => ({ dataflowKmsKey: `${keyIn("global", "elsewhere")}-${text}` }),
    network: (text) => ({ network: `n-${text}` }),
    subnetwork: (text) => ({ subnetwork: `regions/europe-west1/subnetworks/s-${text}` }),
    image: (text) => ({ workerImage: `docker.io/bank/${text}:latest` }),
  };
  for (const [place, asked] of Object.entries(places)) {
    it(`name the ${place} and do not repeat what it holds`, () => {
      for (const text of personal) {
        const found = said(london(asked(text)));
        assert.match(found, /^DAT-[23] /m);
        assert.ok(!found.toLowerCase().includes(text), found);
      }
    });
  }

  it("never repeat what they found, whatever was seen", () => {
    const found = { ...allRight("europe-west2"), table: { key: `${keyIn("global")}-07700900123` } };
    assert.ok(!said(london(), found).includes("07700900123"));
  });
});

describe("acceptedLabel", () => {
  it("is sorted, in lower case, each id once", () =>
    assert.equal(acceptedLabel(["LOC-1", "KEY-2", "LOC-1"]), "key-2_loc-1"));

  it("is empty of nothing", () => assert.equal(acceptedLabel([]), ""));

  it("counts what does not fit", () => {
    const ids = RULES.map(({ id }) => id);
    const [, kept, more] = /^((?:[a-z]{3}-\d+_)+)and-(\d+)-more$/.exec(acceptedLabel(ids))!;
    assert.equal(kept!.split("_").length - 1 + Number(more), ids.length);
  });

  it("is a label's value of Dataflow's, whatever is accepted", () => {
    const ids = fc.subarray(RULES.map(({ id }) => id));
    fc.assert(fc.property(ids, (ids) => /^[a-z0-9_-]{0,63}$/.test(acceptedLabel(ids))));
  });
});
