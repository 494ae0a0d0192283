/** The duties that read, and that of an encrypted table, held to their sets by a cloud that refuses everything else. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTableKey } from "../../deploy/files/table-key";
import { TableKeyError } from "../../deploy/files/table-key-error";
import { main } from "../../deploy/main";
import { main as proof } from "../../deploy/proof";
import { DUTIES } from "../../deploy/observe/permissions";
import { API } from "../../deploy/resources/apis";
import { ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { call, command, fakeCloudFor } from "../support/fake-cloud/client";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { warmRunner } from "../support/fake-cloud/warm/warm";
import { orSkip, skipFor } from "../support/skip";
import { callerFor } from "./callers";

if (isFirstNode) {
  describe("who holds the plan's set, and no more", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    const folder = mkdtempSync(join(tmpdir(), "duties-"));

    async function deploy(...argv: string[]): Promise<{ code: number; out: string }> {
      const run = warmRunner(callerFor(cloud, "plan"));
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = { env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl"), run };
      const code = await main([...argv, `PROJECT_ID=${cloud.project}`], { ...world, print: say, complain: say });
      return { code, out };
    }

    before(async function () {
      try {
        cloud = await startFakeCloud({ enabled: Object.values(API) });
        for (const tool of ["gcloud", "bq"] as const) await warmRunner({})({ tool, args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The duties are tested by gcloud and bq", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("sees everything that plan asks for", async () => {
      const { code, out } = await deploy("plan");
      assert.doesNotMatch(out, /^not observed/m);
      assert.equal(code, 2, out);
    });

    it("can write the same for Terraform", async () => {
      const { code, out } = await deploy("terraform");
      assert.equal(code, 0, out);
      const file = JSON.parse(readFileSync("build/terraform/main.tf.json", "utf8"));
      assert.ok(Object.keys(file.resource).length > 15);
    });

    it("can change nothing", async () => {
      const before = cloud.names();
      const { code, out } = await deploy("apply", "--yes");
      assert.equal(code, 1);
      assert.match(out, /PERMISSION_DENIED|403|does not have/);
      assert.match(out, /ask for the role that it names/);
      assert.deepEqual(cloud.names(), before);
    });
  });

  describe("who holds the set of verify-image", function () {
    this.timeout(120_000);
    let cloud: FakeCloud;
    const folder = mkdtempSync(join(tmpdir(), "verify-image-"));
    const key = join(folder, "key.pem");
    const at = "projects/bank-project/locations/europe-west2/repositories";
    const image = `europe-west2-docker.pkg.dev/bank-project/images/worker@sha256:${"a".repeat(64)}`;

    before(async function () {
      cloud = await fakeCloudFor(this, { enabled: [API.artifacts] });
      await orSkip(this, () => command(cloud.env, "gcloud", "version"));
      await call(cloud, "POST", `/artifactregistry/v1/${at}?repositoryId=images`, { format: "DOCKER" });
      const manifest = `${at}/images/files/sha256:${"a".repeat(64)}`;
      cloud.state.artifacts.files.add(manifest, { name: manifest, sizeBytes: "1", createTime: "2026-01-01T00:00:00Z" });
      writeFileSync(key, "nobody comes as far as this");
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function verifyBy(env: FakeCloud["env"]): Promise<{ out: string; asked: string[] }> {
      const begin = cloud.requests.length;
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = { env: {}, run: warmRunner(env), print: say, complain: say };
      assert.equal(await proof(["verify-image", image, "--key", key], world), 1);
      const asked = cloud.requests.slice(begin).map(({ method, url }) => `${method} ${url.split("?")[0]}`);
      return { out, asked: [...new Set(asked)].sort() };
    }

    // The fake cloud serves no Artifact Analysis: that gcloud comes as far as to ask it, and whom it asks before, is what is seen here.
    it("may ask all that gcloud asks until Artifact Analysis answers", async () => {
      const { out, asked } = await verifyBy(callerFor(cloud, "verify-image"));
      assert.match(out, /cannot be asked for.*serves no containeranalysis/s);
      assert.deepEqual(asked, [
        `GET /artifactregistry/v1/${at}/images`,
        `GET /artifactregistry/v1/${at}/images/packages/worker/versions/sha256:${"a".repeat(64)}`,
        "GET /containeranalysis/v1/projects/bank-project/occurrences",
        // Whether the API is on: where that is refused, gcloud goes on.
        "GET /serviceusage/v1/projects/bank-project/services/containeranalysis.googleapis.com",
      ]);
    });

    for (const permission of ["artifactregistry.repositories.get", "artifactregistry.versions.get"])
      it(`may not without ${permission}`, async () => {
        const { roles } = DUTIES.find(({ name }) => name === "verify-image")!;
        const permissions = roles.flatMap(({ role }) => role).filter((one) => one !== permission);
        const { out, asked } = await verifyBy(cloud.as({ permissions }));
        assert.match(out, new RegExp(`Permission '${permission}' denied`));
        assert.ok(!asked.some((one) => one.includes("containeranalysis")), asked.join("\n"));
      });
  });

  describe("who holds the set of run-direct", function () {
    this.timeout(60_000);
    let cloud: FakeCloud;
    const folder = mkdtempSync(join(tmpdir(), "table-key-"));
    const table = join(folder, "table.duckdb");
    const name = "projects/bank-project/locations/europe-west2/keyRings/tables/cryptoKeys/table";

    before(async function () {
      cloud = await fakeCloudFor(this, { enabled: [API.kms] });
      const place = "/cloudkms/v1/projects/bank-project/locations/europe-west2/keyRings";
      await call(cloud, "POST", `${place}?keyRingId=tables`, {});
      await call(cloud, "POST", `${place}/tables/cryptoKeys?cryptoKeyId=table`, { purpose: "ENCRYPT_DECRYPT" });
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** The table's key, as this caller gets it. */
    async function keyBy(env: FakeCloud["env"], makes: boolean): Promise<string> {
      const names = ["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", "CLOUDSDK_AUTH_ACCESS_TOKEN"];
      const before = names.map((one) => [one, process.env[one]] as const);
      for (const one of names) process.env[one] = env[one];
      try {
        return await readTableKey({ kind: "kms", name }, table, makes);
      } finally {
        for (const [one, value] of before) {
          if (value === undefined) delete process.env[one];
          else process.env[one] = value;
        }
      }
    }
    const refused = (error: unknown) => error instanceof TableKeyError && error.code === "DUCKDB_KEY_REFUSED";

    it("makes the table's key, and opens the table again", async () => {
      const whole = callerFor(cloud, "run-direct");
      const without = { without: "roles/cloudkms.cryptoKeyEncrypterDecrypter" };
      const some = (role: string) =>
        callerFor(cloud, "run-direct", { ...without, besides: [`roles/cloudkms.cryptoKey${role}`] });
      await assert.rejects(keyBy(callerFor(cloud, "run-direct", without), true), refused);
      for (const role of ["Encrypter", "Decrypter"]) await assert.rejects(keyBy(some(role), true), refused);
      const made = await keyBy(whole, true);
      assert.equal(Buffer.from(made, "base64").length, 32);
      assert.equal(await keyBy(whole, true), made);
      // Who looks at the table alone.
      assert.equal(await keyBy(some("Decrypter"), false), made);
      await assert.rejects(keyBy(some("Encrypter"), false), refused);
    });
  });
}
