import assert from "node:assert/strict";
import fc from "fast-check";
import { type Deployment, DeploymentError } from "../../deploy/deployment";
import { OWN } from "../../deploy/observe/audit/checks";
import { AUDIT_RULES, heldAgainstRules, NOTHING_OBSERVED, type Observations, RULES } from "../../deploy/rules";
import { allRight, article, keyIn, london } from "./deployments";

const nothing = NOTHING_OBSERVED("no credentials");
const seen = allRight("europe-west2");

const brokenIds = (asked: Deployment, found: Observations): string[] =>
  heldAgainstRules(asked, found, []).broken.map(({ rule }) => rule.id);

const regions = fc.constantFrom(
  "europe-west2",
  "europe-west1",
  "us-central1",
  "northamerica-northeast1",
  "me-central2",
);

/** Where a single location moves to `to`, and the rules that name it. */
const MOVES: Record<
  string,
  { readonly breaks: readonly string[]; readonly move: (to: string) => Partial<Deployment> }
> = {
  job: { breaks: ["LOC-1", "KEY-3"], move: (region) => ({ region }) },
  workers: {
    breaks: ["LOC-1", "LOC-2", "LOC-3", "LOC-4", "LOC-5", "KEY-6", "KEY-7", "KEY-8", "KEY-9", "NET-3"],
    move: (region) => ({ workerRegion: undefined, workerZone: `${region}-a` }),
  },
  key: { breaks: ["KEY-3"], move: (region) => ({ dataflowKmsKey: keyIn(region) }) },
  subnetwork: {
    breaks: ["NET-3"],
    move: (region) => ({ subnetwork: `regions/${region}/subnetworks/s` }),
  },
  image: { breaks: ["LOC-5"], move: (region) => ({ workerImage: `${region}-docker.pkg.dev/bank/r/w:1` }) },
};

describe("a deployment in one region", () => {
  it("breaks nothing, seen or not", () => {
    fc.assert(
      fc.property(regions, (region) => {
        assert.deepEqual(brokenIds(london({ region }), allRight(region)), []);
        assert.deepEqual(brokenIds(london({ region, workerZone: `${region}-b` }), nothing), []);
      }),
    );
  });

  for (const [name, { breaks, move }] of Object.entries(MOVES)) {
    it(`breaks exactly the rules that name the location of its ${name} where that alone is elsewhere`, () => {
      const twoRegions = fc.tuple(regions, regions).filter(([home, away]) => home !== away);
      fc.assert(
        fc.property(twoRegions, ([home, away]) => {
          const asked = { ...london({ region: home, workerRegion: home }), ...move(away) };
          assert.deepEqual(brokenIds(asked, allRight(home)), breaks);
        }),
      );
    });
  }
});

describe("the profiles", () => {
  it("london needs no accept, whether nothing can be seen or all is right", () => {
    for (const found of [nothing, seen]) {
      const { broken, accepted, uselessAccepts } = heldAgainstRules(london(), found, []);
      assert.deepEqual({ broken, accepted, uselessAccepts }, { broken: [], accepted: [], uselessAccepts: [] });
    }
    assert.deepEqual(heldAgainstRules(london(), seen, []).notObserved, []);
  });

  it("article breaks what Google refuses today, and passes with that accepted", () => {
    assert.deepEqual(brokenIds(article(), nothing), ["LOC-1", "KEY-2"]);
    const { broken, accepted } = heldAgainstRules(article(), nothing, ["KEY-2", "LOC-1"]);
    assert.deepEqual([broken, accepted.map(({ rule }) => rule.id)], [[], ["LOC-1", "KEY-2"]]);
  });

  it("the article's own command breaks the same", () => {
    const asked = london({
      region: "europe-west1",
      workerZone: "europe-west2-b",
      dataflowKmsKey: "projects/bank/locations/global/keyRings/str-pl-global-kr/cryptoKeys/str-pl-global-key01",
      stagingLocation: "gs://da_streaming_pipeline/stage",
      tempLocation: "gs://da_streaming_pipeline/temp",
      source: { kind: "topic", topic: "projects/bank/topics/str-pl-pubsub-topic" },
    });
    assert.deepEqual(brokenIds(asked, nothing), ["LOC-1", "KEY-2"]);
  });
});

describe("what nobody could look at", () => {
  it("breaks nothing, and is listed by rule with the reason", () => {
    const { notObserved } = heldAgainstRules(london(), nothing, []);
    assert.ok(notObserved.every(({ why, what }) => why === "no credentials" && what.length > 0));
    assert.deepEqual(
      [...new Set(notObserved.map(({ rule }) => rule))],
      ["LOC-2", "LOC-3", "LOC-4", "LOC-6", "KEY-4", "KEY-6", "KEY-7", "KEY-8", "KEY-9", "NET-4", "BKT-3"],
    );
  });

  it("is not asked for where the deployment does not name it", () => {
    const asked = { ...london(), stagingLocation: undefined, tempLocation: undefined, dataflowKmsKey: undefined };
    const rules = heldAgainstRules(asked, nothing, []).notObserved.map(({ rule }) => rule);
    for (const rule of ["LOC-2", "KEY-4", "KEY-6", "BKT-3"]) assert.ok(!rules.includes(rule), rule);
  });

  it("is the location of a registry whose name does not tell it", () => {
    const asked = london({ workerImage: "gcr.io/bank/worker:1" });
    const found = { ...seen, workerRepository: { notObserved: "no such repository" } };
    const { broken, notObserved } = heldAgainstRules(asked, found, []);
    assert.deepEqual(
      broken.map(({ rule }) => rule.id),
      ["IMG-1"],
    );
    assert.deepEqual(
      notObserved.map(({ rule }) => rule),
      ["LOC-5", "KEY-9"],
    );
    assert.deepEqual(brokenIds(asked, { ...seen, workerRepository: { location: "us", key: keyIn("europe-west2") } }), [
      "LOC-5",
      "IMG-1",
    ]);
  });
});

describe("accepted rules", () => {
  it("are useless where the rule was seen to hold, not where nobody could look", () => {
    assert.deepEqual(heldAgainstRules(london(), seen, ["LOC-1", "LOC-2"]).uselessAccepts, ["LOC-1", "LOC-2"]);
    assert.deepEqual(heldAgainstRules(london(), nothing, ["LOC-1", "LOC-2"]).uselessAccepts, ["LOC-1"]);
  });

  it("may be an audit's own, which nothing else asks about", () => {
    const { accepted, uselessAccepts } = heldAgainstRules(london(), seen, ["AUD-4"]);
    assert.deepEqual({ accepted, uselessAccepts }, { accepted: [], uselessAccepts: [] });
    assert.deepEqual(
      OWN.map(({ id }) => id),
      AUDIT_RULES,
    );
  });

  it("are refused where there is no such rule, with those that there are", () => {
    for (const id of ["LOC-99", "AUD-99", "loc-1", "LOC-1,KEY-2", ""]) {
      assert.throws(
        () => heldAgainstRules(london(), nothing, ["LOC-1", id]),
        (error) =>
          error instanceof DeploymentError &&
          error.code === "unknown_rule" &&
          RULES.every((rule) => error.message.includes(rule.id)),
      );
    }
  });
});
