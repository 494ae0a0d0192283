import assert from "node:assert/strict";
import { driftAsText, driftOf } from "../../../deploy/observe/audit/drift";
import { auditOf, KEY } from "./answers";

describe("drift between two audits", () => {
  it("is nothing where nothing was changed", async () => {
    const { changes } = driftOf(await auditOf(), await auditOf());
    assert.deepEqual(changes, []);
  });

  it("names what moved, what it was and what it is", async () => {
    const after = await auditOf((all) => {
      all["storage buckets describe"].encryption.defaultKmsKeyName = KEY.replace("key01", "key99");
      all["kms keys list"][0].primary.name = `${KEY}/cryptoKeyVersions/3`;
    });
    const { changes } = driftOf(await auditOf(), after);
    const of = (what: string) => changes.find((one) => one.what === what);
    assert.equal(of("bucket da_streaming_pipeline: key")?.after, KEY.replace("key01", "key99"));
    assert.deepEqual(of("key str-pl-london-key01: primary version"), {
      what: "key str-pl-london-key01: primary version",
      before: "2",
      after: "3",
    });
    assert.match(driftAsText({ since: "then", changes }), /was 2\n {4}is {2}3/);
  });

  it("names a job that came and one that went", async () => {
    const none = await auditOf((all) => (all["dataflow jobs list"] = []));
    const names = driftOf(none, await auditOf()).changes.filter(({ before }) => before === null);
    assert.ok(names.some(({ what }) => what.startsWith("job str-pl (")));
  });

  it("does not speak of rows and files that come and go", async () => {
    const after = await auditOf((all) => {
      all["bq show"].numRows = "2000";
      all["storage objects list"].push({ name: "temp/2", kms_key: `${KEY}/cryptoKeyVersions/2` });
    });
    assert.deepEqual(driftOf(await auditOf(), after).changes, []);
  });
});
