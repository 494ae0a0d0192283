import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resourcesOf } from "../../../deploy/resources";
import { shown } from "../../../deploy/resources/command";
import type { Resource } from "../../../deploy/resources/resource";
import { inOrder } from "../../../deploy/walk";
import { differences } from "../../../deploy/walk/diff";
import type { Json } from "../../../schemas/bigquery";
import { ARTICLE, setupFor } from "../setups";

const everything = {
  KEY_PROTECTION: "external",
  KEY_EXTERNAL_URI: "https://keys.example.com/v0/1",
  EXACTLY_ONCE: "yes",
  TABLE_EXPIRATION_DAYS: "400",
  PARTITION_COLUMN: "date_record_created",
  CLUSTER_COLUMNS: "country_code,city",
  POLICY_TAG: "projects/bank-project/locations/europe-west2/taxonomies/1/policyTags/2",
  ALERT_CHANNELS: "projects/bank-project/notificationChannels/1",
};

const SETUPS = {
  london: setupFor(),
  article: setupFor(ARTICLE),
  everything: setupFor(everything, true),
};

/** Every command that makes a deployment out of nothing, and the files that they read. */
function fromNothing(resources: readonly Resource[]): string {
  const blocks = inOrder(resources).map((resource) => {
    const commands = differences(resource, false, { kind: "absent" }).flatMap((one) =>
      "commands" in one ? one.commands : [],
    );
    const files = commands.flatMap(({ files = {} }) =>
      Object.entries(files).map(([path, text]) => `--- ${path}\n${text}`),
    );
    return [`# ${resource.title}`, ...commands.map(shown), ...files].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

function another(value: Json): Json {
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [];
  return typeof value === "string" ? "another" : {};
}

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(`the resources of ${name}`, () => {
    const { needed } = resourcesOf(setup);

    it("are made by these commands, in this order (UPDATE=1 writes them)", () => {
      const path = `test/deploy/resources/golden/${name}.txt`;
      const text = fromNothing(needed);
      if (process.env.UPDATE) {
        mkdirSync("test/deploy/resources/golden", { recursive: true });
        writeFileSync(path, text);
      }
      assert.equal(text, readFileSync(path, "utf8"));
    });

    it("have titles of their own, and stand behind what they refer to", () => {
      const titles = needed.map(({ title }) => title);
      assert.equal(new Set(titles).size, titles.length);
      const ordered = inOrder(needed);
      assert.equal(ordered.length, needed.length);
      for (const [at, { refersTo }] of ordered.entries()) {
        for (const other of refersTo) assert.ok(ordered.indexOf(other) < at);
      }
    });

    it("handle a difference of every value", () => {
      for (const resource of needed) {
        for (const [field, { wanted }] of Object.entries(resource.fields)) {
          // Of an alert there is the whole policy, or none.
          for (const found of resource.kind === "alerts" ? [another(wanted)] : [null, another(wanted)]) {
            const fields = Object.fromEntries(
              Object.entries(resource.fields).map(([name, { wanted }]) => [name, wanted]),
            );
            const reading = { kind: "found", fields: { ...fields, [field]: found }, bindings: [] } as const;
            const kinds = differences(resource, false, reading).map(({ kind }) => kind);
            assert.ok(kinds.every((kind) => ["changed", "by hand", "not granted"].includes(kind)));
          }
        }
      }
    });

    it("never differ from themselves", () => {
      for (const resource of needed) {
        const { policy } = resource;
        const fields = Object.fromEntries(Object.entries(resource.fields).map(([name, { wanted }]) => [name, wanted]));
        const bindings = (policy?.grants ?? []).map(({ role, member }) => ({ role, members: [member] }));
        assert.deepEqual(differences(resource, false, { kind: "found", fields, bindings }), [], resource.title);
      }
    });

    it("carry the deployment's label, or its name where their kind has no labels", () => {
      const without = new Set(["apis", "keyring", "project", "network"]);
      for (const { kind, create, fields, title } of needed.filter(({ kind }) => !without.has(kind))) {
        if (kind === "orgpolicies" || title.startsWith("log sink")) continue;
        const text = JSON.stringify([create, Object.keys(fields)]);
        assert.match(text, /deployment/, title);
      }
    });
  });
}

describe("the grants of the key", () => {
  const keys = resourcesOf(setupFor(ARTICLE)).needed.filter(({ kind }) => kind === "key");

  it("stand on the key of what each agent encrypts, and never on the project", () => {
    const services = keys.map(({ policy }) => policy!.grants.map(({ reason }) => reason.split(" encrypts ")[0]));
    assert.deepEqual(services, [
      ["Pub/Sub", "BigQuery", "Cloud Storage", "Artifact Registry", "Cloud Logging"],
      ["Dataflow", "Compute Engine"],
    ]);
    for (const { policy } of keys) {
      for (const grant of policy!.grants)
        assert.match(shown(policy!.grant(grant)), /^gcloud kms keys add-iam-policy-binding /);
    }
  });

  it("are of no person, and every grant has its reason", () => {
    for (const { policy } of resourcesOf(setupFor()).needed) {
      for (const { member, reason } of policy?.grants ?? []) {
        assert.match(member, /^serviceAccount:/);
        assert.ok(reason.length > 10);
      }
    }
  });
});
