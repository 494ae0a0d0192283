/** The three deployments of a comparison: alike but for the key, and the one without made by nobody else. */
import assert from "node:assert/strict";
import {
  BASE,
  flagsOfVariant,
  KEYLESS_ACCEPTS,
  settingsOfVariant,
  type Variant,
  VARIANTS,
  variantOf,
} from "../../../deploy/compare/variants";
import { withoutKey } from "../../../deploy/compare/without-key";
import { apply } from "../../../deploy/change/apply";
import { teardownOf } from "../../../deploy/change/teardown";
import { DeploymentError } from "../../../deploy/deployment";
import { settingsOf } from "../../../deploy/deployment/settings";
import { asking } from "../../../deploy/observe/ask";
import { exitCodeOf, heldBeforehand, obstaclesOf, plan } from "../../../deploy/observe/plan";
import { resourcesOf } from "../../../deploy/resources";
import { shown } from "../../../deploy/resources/command";
import { heldAgainstRules, NOTHING_OBSERVED } from "../../../deploy/rules";
import { loadTableSchema } from "../../../schemas/load";
import { ModelledCloud } from "../modelled-cloud";
import { setupFor } from "../setups";

const settings = settingsOf({ PROJECT_ID: "bank-project", DEPLOYMENT: "keys", ZONE: "europe-west2-b" });
const schema = loadTableSchema(settings.SCHEMA);
const of = (variant: Variant) => variantOf(settings, variant, schema, "0.1.0");
const noWait = async () => {};

/** The cloud, with what the variants share already in it. */
function cloudOf(variant: Variant): { cloud: ModelledCloud; planned: () => ReturnType<typeof plan> } {
  const { asked, declare } = of(variant);
  const cloud = new ModelledCloud(declare);
  const planned = () =>
    plan(asked, asking(cloud.run, noWait), (setup) => {
      const made = cloud.declare(setup);
      for (const { kind, title, policy } of made.needed)
        if (setup.given.has(kind))
          cloud.there[title] = {
            fields: kind === "registry" ? { key: setup.dataKey.name } : { privateGoogleAccess: true },
            members: (policy?.grants ?? []).map(({ role, member }) => `${role} ${member}`),
          };
      return made;
    });
  return { cloud, planned };
}

describe("the deployments of a comparison", () => {
  it("have names of their own, and everything else alike", () => {
    const all = VARIANTS.map((variant) => settingsOfVariant(settings, variant));
    for (const name of [
      "DEPLOYMENT",
      "TOPIC",
      "SUBSCRIPTION",
      "DEAD_LETTER_TOPIC",
      "DATASET",
      "BUCKET",
      "KEY",
    ] as const)
      assert.equal(new Set(all.map((one) => one[name])).size, VARIANTS.length, name);
    const protections = all.map(({ KEY_PROTECTION }) => KEY_PROTECTION);
    assert.deepEqual(protections, ["software", "software", "hsm"]);
    for (const name of ["ZONE", "REGION", "REGISTRY", "NETWORK", "SERVICE_ACCOUNT", "SCHEMA", "TABLE"] as const)
      assert.equal(new Set(all.map((one) => one[name])).size, 1, name);
  });

  for (const variant of VARIANTS) {
    it(`are applied, have nothing left to do, and are taken away: ${variant}`, async () => {
      const { cloud, planned } = cloudOf(variant);
      const first = await planned();
      assert.deepEqual(obstaclesOf(first), { broken: [], byHand: [], notObserved: [] });
      const doing = { run: cloud.run, answers: new Map(), journal: () => {}, progress: () => {}, wait: noWait };
      await apply(of(variant).asked, first, doing, cloud.declare);
      const after = await planned();
      assert.equal(exitCodeOf(after), 0);
      const keys = cloud.commands.filter((command) => /cryptoKeys|gcloud kms/.test(command));
      assert.equal(keys.length > 0, variant !== BASE, keys.join("\n"));
      assert.equal(after.verdict.accepted.length > 0, variant === BASE);
      const { steps } = teardownOf(after, true);
      const taken = steps.flatMap(({ commands }) => commands.map(shown)).join("\n");
      for (const what of ["topics delete", "subscriptions delete", "storage rm", "rm --table", "rm --dataset"])
        assert.ok(taken.includes(what), `${what} of\n${taken}`);
      assert.doesNotMatch(taken, /networks|service-accounts|repositories|logging/);
    });
  }

  it("break by their own names no rule that is not accepted, and the one without a key only those of the key", () => {
    for (const variant of VARIANTS) assert.deepEqual(heldBeforehand(of(variant).asked).broken, []);
    const { deployment, accepted } = of(BASE).asked;
    assert.equal(deployment.dataflowKmsKey, undefined);
    assert.deepEqual(accepted, KEYLESS_ACCEPTS);
    assert.ok(
      heldAgainstRules(deployment, NOTHING_OBSERVED("nobody looks"), []).broken.some(({ rule }) => rule.id === "KEY-1"),
    );
  });

  it("submit the same job but for the key", () => {
    const shape = { machineType: "n2-standard-2", workers: 1, more: [] };
    const flags = VARIANTS.map((variant) => flagsOfVariant(of(variant), shape, "keys-r1", "0.1.0"));
    const named = (all: readonly string[]) => all.map((flag) => flag.split("=")[0]!);
    const hasKey = flags.map((all) => named(all).includes("--dataflow_kms_key"));
    assert.deepEqual(hasKey, [false, true, true]);
    assert.ok(flags[0]!.includes(`--accept=${KEYLESS_ACCEPTS.join(",")}`));
    const rest = flags.map((all) => named(all).filter((name) => !/dataflow_kms_key|accept/.test(name)));
    assert.deepEqual(rest[0], rest[1]);
    assert.deepEqual(rest[1], rest[2]);
    assert.ok(flags.every((all) => all.includes("--worker_zone=europe-west2-b")));
  });

  it("are nobody else's: no setting makes one without a key", () => {
    for (const KEY_PROTECTION of ["google", "none", "default"])
      assert.throws(
        () => settingsOf({ PROJECT_ID: "bank-project", KEY_PROTECTION }),
        (error: unknown) => error instanceof DeploymentError && error.code === "malformed",
      );
    const setup = setupFor();
    const { needed } = resourcesOf(setup);
    const unknown = "projects/bank-project/locations/europe-west2/keyRings/r/cryptoKeys/other";
    const whole = (all: typeof needed) => all.flatMap(({ create }) => create.map(shown)).join("\n");
    // Another key's name takes nothing out.
    assert.equal(
      whole(withoutKey(needed, unknown)),
      whole(needed.filter(({ kind }) => kind !== "key" && kind !== "keyring")),
    );
    assert.ok(!whole(withoutKey(needed, setup.dataKey.name)).includes("cryptoKeys"));
  });
});
