import assert from "node:assert/strict";
import { type Terraform, terraformOf } from "../../../deploy/observe/terraform";
import { resourcesOf } from "../../../deploy/resources";
import type { Setup } from "../../../deploy/resources/setup";
import { ARTICLE, setupFor } from "../setups";

type Blocks = Record<string, Record<string, Record<string, unknown> & { depends_on?: string[] }>>;

const SETUPS: Record<string, Setup> = {
  london: setupFor(),
  article: setupFor(ARTICLE),
  everything: setupFor(
    {
      KEY_PROTECTION: "external",
      KEY_EXTERNAL_URI: "https://keys.example.com/v0/1",
      EXACTLY_ONCE: "yes",
      TABLE_EXPIRATION_DAYS: "400",
      PARTITION_COLUMN: "date_record_created",
      CLUSTER_COLUMNS: "country_code,city",
      ALERT_CHANNELS: "projects/bank-project/notificationChannels/1",
    },
    true,
  ),
};

const written = (setup: Setup) => terraformOf(setup, resourcesOf(setup));
const fileOf = ({ text }: Terraform) => JSON.parse(text) as { resource: Blocks; data: Blocks };

/** Every block by its address. */
function addresses({ resource, data }: { resource: Blocks; data: Blocks }) {
  const of = (blocks: Blocks, before: string) =>
    Object.entries(blocks).flatMap(([type, all]) =>
      Object.entries(all).map(([label, body]) => [`${before}${type}.${label}`, body] as const),
    );
  return new Map<string, Blocks[string][string]>([...of(resource, ""), ...of(data, "data.")]);
}

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(`Terraform's file of ${name}`, () => {
    const made = written(setup);
    const all = addresses(fileOf(made));

    it("is JSON whose blocks have names as Terraform takes them", () => {
      for (const address of all.keys()) assert.match(address, /^(data\.)?google_[a-z_]+\.[a-z][a-z0-9_]*$/);
    });

    it("refers to nothing that is not in it, and never in a circle", () => {
      const depth = (address: string, above: readonly string[]): void => {
        assert.ok(!above.includes(address), `${address} waits for itself`);
        const body = all.get(address);
        assert.ok(body !== undefined, `${above.at(-1)} waits for ${address}, which is not there`);
        // Every address is looked at from itself, two steps show a circle of neighbours; the walk's order holds the rest.
        if (above.length < 2) for (const other of body.depends_on ?? []) depth(other, [...above, address]);
      };
      for (const address of all.keys()) depth(address, []);
    });

    it("has every resource and every grant of the plan, or says which is left out", () => {
      const { needed, offered } = resourcesOf(setup);
      const out = new Set(made.leftOut.map(({ title }) => title));
      const text = made.text;
      for (const { title, terraform, policy } of needed) {
        assert.ok(out.has(title) !== (terraform !== undefined || policy?.terraform !== undefined), title);
        for (const { role, member } of policy?.grants ?? []) {
          const held = [...all.values()].some((body) => body.role === role && body.member === member);
          assert.ok(held, `${title}: ${role} to ${member}`);
        }
        const label = title.replaceAll(/[^A-Za-z0-9]+/g, "_").toLowerCase();
        assert.ok(policy !== undefined || text.includes(`"${label}`), title);
      }
      for (const { title } of offered) assert.ok(out.has(title));
    });

    it("has the declared values that are names of keys", () => {
      const keys = [...all.values()].flatMap(
        (body) => JSON.stringify(body).match(/"(default_)?kms_key_name":"[^"]+"/g) ?? [],
      );
      assert.ok(keys.length >= 6);
      for (const key of keys) assert.ok(key.endsWith(`"${setup.dataKey.name}"`), key);
    });
  });
}

describe("Terraform's file", () => {
  it("leaves out what is given, and waits for none of it", () => {
    const made = written(setupFor({ GIVEN: "keyring,network" }));
    assert.doesNotMatch(made.text, /google_kms_key_ring|google_compute_/);
    const all = addresses(fileOf(made));
    for (const body of all.values()) for (const other of body.depends_on ?? []) assert.ok(all.has(other), other);
    assert.equal(made.leftOut.filter(({ why }) => /given/.test(why)).length, 4);
  });

  it("makes topic, dataset, bucket and repository behind the grants of their key", () => {
    const { resource } = fileOf(written(setupFor()));
    for (const type of ["google_pubsub_topic", "google_bigquery_dataset", "google_storage_bucket"]) {
      for (const { depends_on = [] } of Object.values(resource[type]!))
        assert.ok(depends_on.filter((one) => one.startsWith("google_kms_crypto_key_iam_member.")).length >= 7);
    }
  });

  it("says what Terraform would take for its own as it stands", () => {
    const setup = setupFor();
    const schema = { ...setup.schema, description: ["costs $", "{amount} and %", "{more}"].join("") };
    const [table] = Object.values(fileOf(written({ ...setup, schema })).resource.google_bigquery_table!);
    assert.equal(table!.description, ["costs $$", "{amount} and %%", "{more}"].join(""));
  });

  it("never lets Terraform destroy a key, a table or a bucket with what is in it", () => {
    const { resource } = fileOf(written(setupFor()));
    const [key] = Object.values(resource.google_kms_crypto_key!);
    assert.deepEqual(key!.lifecycle, { prevent_destroy: true });
    assert.equal(Object.values(resource.google_bigquery_table!)[0]!.deletion_protection, true);
    assert.equal(Object.values(resource.google_storage_bucket!)[0]!.force_destroy, false);
  });
});
