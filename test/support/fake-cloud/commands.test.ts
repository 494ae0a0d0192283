/** The real gcloud and bq make every kind of resource in the fake cloud, read it back and take it away. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MissingTool } from "../emulators/process";
import { isFirstNode } from "../first-node";
import { skipFor } from "../skip";
import { agentsOf, APIS, bindingFor, command, fakeCloudFor, REGION } from "./client";
import type { FakeCloud } from "./cloud";

if (isFirstNode) {
  describe("gcloud and bq in the fake cloud", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    before(async function () {
      cloud = await fakeCloudFor(this);
      try {
        await Promise.all([gcloud(`services enable ${APIS.join(" ")}`), bq("show --encryption_service_account")]);
      } catch (error) {
        await cloud.stop();
        throw error instanceof MissingTool ? skipFor(this, error) : error;
      }
    });
    after(() => cloud?.stop());

    async function run(program: "gcloud" | "bq", line: string): Promise<string> {
      const { code, stdout, stderr } = await command(cloud.env, program, ...line.split(/\s+/));
      assert.equal(code, 0, `${program} ${line}\n${stdout}${stderr}`);
      return stdout;
    }
    const gcloud = (line: string) => run("gcloud", line);
    const bq = (line: string) => run("bq", line);
    const json = async (line: string) => JSON.parse(await gcloud(`${line} --format=json`));
    /** The folder of CLOUDSDK_CONFIG goes with the cloud. */
    function file(name: string, content: object): string {
      const path = join(cloud.env.CLOUDSDK_CONFIG!, name);
      writeFileSync(path, JSON.stringify(content));
      return path;
    }

    it("make everything that there is, read it back, and take it away again", async () => {
      const { project } = cloud;
      const atFirst = cloud.names();
      const key = `projects/${project}/locations/${REGION}/keyRings/r/cryptoKeys/k`;
      const worker = `worker@${project}.iam.gserviceaccount.com`;

      await Promise.all([
        gcloud(`kms keyrings create r --location=${REGION}`),
        gcloud("beta services identity create --service=pubsub.googleapis.com"),
        gcloud("beta services identity create --service=artifactregistry.googleapis.com"),
        gcloud("iam service-accounts create worker --display-name=worker"),
        gcloud("compute networks create n --subnet-mode=custom"),
        gcloud(`logging settings describe --project=${project}`),
      ]);
      const rotation = "--rotation-period=90d --next-rotation-time=2100-01-01T00:00:00Z";
      const protection = "--protection-level=hsm --destroy-scheduled-duration=60d";
      await gcloud(`kms keys create k --keyring=r --location=${REGION} --purpose=encryption ${rotation} ${protection}`);
      const { storage: _, ...agents } = agentsOf(cloud);
      const policy = file("policy.json", bindingFor(...Object.values(agents)));
      await gcloud(`kms keys set-iam-policy k ${policy} --keyring=r --location=${REGION}`);
      await gcloud(`storage service-agent --authorize-cmek=${key}`);

      const alert = {
        filter: 'metric.type="m" resource.type="r"',
        comparison: "COMPARISON_GT",
        thresholdValue: 1,
        duration: "300s",
      };
      const conditions = [{ displayName: "c", conditionThreshold: alert }];
      const alerts = file("alert.json", { displayName: "no-rows", combiner: "OR", conditions });
      const name = `projects/${project}/policies/gcp.resourceLocations`;
      const orgPolicy = file("org.json", {
        name,
        spec: { rules: [{ values: { allowedValues: ["in:europe-west2-locations"] } }] },
      });
      await Promise.all([
        gcloud(
          `pubsub topics create topic --topic-encryption-key=${key} --message-storage-policy-allowed-regions=${REGION} --message-storage-policy-enforce-in-transit --labels=a=b`,
        ),
        bq(`mk --dataset --location=${REGION} --default_kms_key=${key} --label=a:b ${project}:d`),
        gcloud(
          `storage buckets create gs://bucket --location=${REGION} --default-encryption-key=${key} --uniform-bucket-level-access --public-access-prevention`,
        ),
        gcloud(`artifacts repositories create repo --repository-format=docker --location=${REGION} --kms-key=${key}`),
        gcloud(`logging buckets create logs --location=${REGION} --cmek-kms-key-name=${key} --retention-days=30`),
        gcloud(
          `compute networks subnets create s --network=n --region=${REGION} --range=10.0.0.0/24 --enable-private-ip-google-access`,
        ),
        gcloud(
          "compute firewall-rules create f --network=n --allow=tcp:12345-12346 --source-tags=dataflow --target-tags=dataflow",
        ),
        gcloud(
          "beta monitoring channels create --display-name=ops --type=email --channel-labels=email_address=ops@example.com",
        ),
        gcloud(`alpha monitoring policies create --policy-from-file=${alerts}`),
        gcloud(`org-policies set-policy ${orgPolicy}`),
      ]);
      const columns = file("columns.json", [
        { name: "id", type: "INT64", mode: "REQUIRED", description: "Which one" },
        { name: "at", type: "TIMESTAMP" },
      ]);
      await Promise.all([
        gcloud(
          "pubsub subscriptions create subscription --topic=topic --enable-exactly-once-delivery --expiration-period=never --dead-letter-topic=topic",
        ),
        bq(
          `mk --table --schema=${columns} --time_partitioning_type=DAY --time_partitioning_field=at --clustering_fields=id ${project}:d.t`,
        ),
        gcloud(
          `logging sinks create sink logging.googleapis.com/projects/${project}/locations/${REGION}/buckets/logs --log-filter=resource.type=dataflow_step`,
        ),
        gcloud("logging sinks update _Default --add-exclusion=name=workers,filter=resource.type=dataflow_step"),
        gcloud(`storage cp ${columns} gs://bucket/temp/columns.json`),
        gcloud(
          `projects add-iam-policy-binding ${project} --member=serviceAccount:${worker} --role=roles/dataflow.worker --condition=None`,
        ),
        gcloud(`storage buckets update gs://bucket --versioning --update-labels=a=b`),
      ]);

      const [keys, topics, subscriptions, buckets, repositories, logs, subnets, sink, alertPolicies, table] =
        await Promise.all([
          json(`kms keys list --keyring=r --location=${REGION}`),
          json("pubsub topics list"),
          json("pubsub subscriptions list"),
          json("storage buckets describe gs://bucket --raw"),
          json(`artifacts repositories list --location=${REGION}`),
          json(`logging buckets list --location=${REGION}`),
          json(`compute networks subnets list --regions=${REGION}`),
          json("logging sinks describe _Default"),
          json("alpha monitoring policies list"),
          bq(`show --format=json ${project}:d.t`).then(JSON.parse),
        ]);
      assert.deepEqual(
        [keys[0].versionTemplate.protectionLevel, keys[0].rotationPeriod, keys[0].destroyScheduledDuration],
        ["HSM", "7776000s", "5184000s"],
      );
      assert.equal(keys[0].primary.state, "ENABLED");
      assert.deepEqual(topics[0].messageStoragePolicy, { allowedPersistenceRegions: [REGION], enforceInTransit: true });
      assert.deepEqual([topics[0].kmsKeyName, topics[0].labels], [key, { a: "b" }]);
      assert.deepEqual([subscriptions[0].expirationPolicy, subscriptions[0].enableExactlyOnceDelivery], [{}, true]);
      assert.deepEqual(
        [buckets.location, buckets.encryption.defaultKmsKeyName, buckets.versioning],
        [REGION.toUpperCase(), key, { enabled: true }],
      );
      assert.equal(repositories[0].kmsKeyName, key);
      assert.equal(logs[0].cmekSettings.kmsKeyName, key);
      assert.equal(subnets[0].privateIpGoogleAccess, true);
      assert.equal(sink.exclusions[0].name, "workers");
      assert.equal(alertPolicies[0].displayName, "no-rows");
      assert.deepEqual(
        [table.encryptionConfiguration.kmsKeyName, table.clustering.fields],
        [`${key}/cryptoKeyVersions/1`, ["id"]],
      );
      assert.equal(table.schema.fields[0].description, "Which one");

      const [channel] = await json("beta monitoring channels list");
      await Promise.all([
        gcloud("pubsub subscriptions delete subscription"),
        bq(`rm -f -r -d ${project}:d`),
        gcloud("storage rm -r gs://bucket"),
        gcloud(`artifacts repositories delete repo --location=${REGION}`),
        gcloud("logging sinks delete sink"),
        gcloud(`compute networks subnets delete s --region=${REGION}`),
        gcloud("compute firewall-rules delete f"),
        gcloud(`beta monitoring channels delete ${channel.name}`),
        gcloud(`alpha monitoring policies delete ${alertPolicies[0].name}`),
        gcloud(`org-policies delete gcp.resourceLocations --project=${project}`),
        gcloud(`iam service-accounts delete ${worker}`),
      ]);
      await Promise.all([
        gcloud("pubsub topics delete topic"),
        gcloud(`logging buckets delete logs --location=${REGION}`),
        gcloud("compute networks delete n"),
      ]);
      const left = cloud.names().filter((name) => !/^(keyRings|cryptoKeys|keyVersions) /.test(name));
      assert.deepEqual(left, atFirst);
      assert.deepEqual(cloud.violations(), []);
    });
  });
}
