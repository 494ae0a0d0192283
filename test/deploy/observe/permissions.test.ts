import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { DUTIES, type Duty, type Needed, permissionsOf } from "../../../deploy/observe/permissions";
import { shown } from "../../../deploy/resources/command";
import { holds, ROLES } from "../../support/fake-cloud/roles";
import { ARTICLE, setupFor } from "../setups";

const SETUPS = {
  london: setupFor(),
  article: setupFor(ARTICLE),
  columns: setupFor({ EXACTLY_ONCE: "yes", PARTITION_COLUMN: "date_record_created", CLUSTER_COLUMNS: "city" }),
};

/** What is granted above the project; the project's roles do not reach it. */
const ABOVE = /^resourcemanager\.(folders|organizations)\./;

/** The first permission that is not held, and what needs it. */
function lacking(duty: Duty, roles: readonly Needed[]): string | undefined {
  const isHeld = (permission: string) => {
    const reaching = roles.filter(({ on }) => !ABOVE.test(permission) || on === "organisation");
    const all = reaching.flatMap(({ role }) => role);
    return holds(all, all, permission);
  };
  const called = (duty.calls ?? []).find((permission) => !isHeld(permission));
  if (called !== undefined) return called;
  for (const setup of Object.values(SETUPS)) {
    for (const command of duty.commands(setup)) {
      const needed = permissionsOf(command);
      assert.ok(needed !== undefined, `nobody says what this needs: ${shown(command)}`);
      const one = needed.find((permission) => !isHeld(permission));
      if (one !== undefined) return `${one}: ${shown(command)}`;
    }
  }
  return undefined;
}

function document(): string {
  return DUTIES.map(({ name, what, roles }) => {
    const lines = roles.map(({ role, on, why }) => {
      const held = typeof role === "string" ? `\`${role}\`` : role.map((one) => `\`${one}\``).join(", ");
      return `| ${held} | ${on} | ${why} |`;
    });
    return `## ${name}\n\n${what}\n\n| role or permissions | on | why |\n| --- | --- | --- |\n${lines.join("\n")}\n`;
  }).join("\n");
}

for (const duty of DUTIES) {
  describe(`the duty to ${duty.name}`, () => {
    it("has a set that covers each of its commands", () => assert.equal(lacking(duty, duty.roles), undefined));

    for (const needed of duty.roles) {
      it(`cannot do without ${needed.role}`, () => {
        const rest = duty.roles.filter((one) => one !== needed);
        assert.notEqual(lacking(duty, rest), undefined);
      });
    }

    it("names roles that the fake cloud knows", () => {
      for (const { role } of duty.roles) if (typeof role === "string") assert.ok(role in ROLES, role);
    });
  });
}

describe("the sets", () => {
  const of = (name: string) => DUTIES.find((duty) => duty.name === name)!;

  for (const [name, permission] of [
    ["plan", "pubsub.topics.update"],
    ["plan", "bigquery.tables.getData"],
    ["apply", "cloudkms.cryptoKeyVersions.useToDecrypt"],
    ["run", "cloudkms.cryptoKeys.setIamPolicy"],
    ["audit", "bigquery.tables.getData"],
    ["status", "bigquery.tables.getData"],
    ["status", "pubsub.topics.publish"],
    ["replay", "dataflow.jobs.create"],
    ["rotate", "cloudkms.cryptoKeyVersions.destroy"],
    ["rotate", "cloudkms.cryptoKeys.setIamPolicy"],
    ["revoke", "cloudkms.cryptoKeyVersions.destroy"],
    ["revoke", "cloudkms.cryptoKeyVersions.useToDecrypt"],
    ["revoke", "cloudkms.cryptoKeys.setIamPolicy"],
    ["revoke", "dataflow.jobs.create"],
    ["revoke", "bigquery.tables.updateData"],
    ["verify-image", "artifactregistry.repositories.downloadArtifacts"],
    ["run-direct", "cloudkms.cryptoKeys.setIamPolicy"],
    ["compare-keys", "cloudkms.cryptoKeyVersions.useToDecrypt"],
    ["compare-keys", "resourcemanager.projects.setIamPolicy"],
    ["compare-keys", "compute.networks.create"],
  ] as const) {
    it(`${name} does not hold ${permission}`, () => {
      const { roles } = of(name);
      const names = roles.flatMap(({ role }) => (typeof role === "string" ? [role] : []));
      const single = roles.flatMap(({ role }) => (typeof role === "string" ? [] : role));
      assert.equal(holds(names, single, permission), false);
    });
  }
});

describe("docs/permissions.md", () => {
  it("says what the duties are (UPDATE=1 writes it)", () => {
    const path = "docs/permissions.md";
    const written = readFileSync(path, "utf8");
    const updated = written.replace(/(?<=<!-- duties -->\n)[\s\S]*(?=<!-- \/duties -->)/, () => document());
    if (process.env.UPDATE) writeFileSync(path, updated);
    else assert.equal(written, updated);
  });
});
