/** A deployment as the options of a job. */
import assert from "node:assert/strict";
import { article, london } from "../../deploy/deployments";
import { askedOfJob } from "../../../pipeline/dataflow/asked";

describe("what is asked of a job", () => {
  it("is everything that the deployment names, and nothing that it does not", () => {
    const { labels, use_public_ips, streaming, ...named } = askedOfJob(london(), {}, []);
    assert.deepEqual([labels, use_public_ips, streaming], [undefined, false, true]);
    const deployment = Object.values(london());
    for (const [option, value] of Object.entries(named)) assert.ok(deployment.includes(value as string), option);
    assert.ok(!("worker_zone" in named) && !("network" in named));
    assert.equal(askedOfJob(article(), {}, []).worker_zone, "europe-west2-b");
  });

  it("carries the rules that are broken knowingly beside the labels that are given", () => {
    const asked = askedOfJob(article({ labels: { team: "cards" } }), {}, ["LOC-1", "KEY-2"]);
    assert.deepEqual(asked.labels, ["team=cards", "accepted_rules=key-2_loc-1"]);
  });

  it("has its folders without a slash at the end: Beam appends its own", () => {
    const asked = askedOfJob(
      london({ stagingLocation: "gs://a-bucket/s/", tempLocation: "gs://a-bucket/t//" }),
      {},
      [],
    );
    assert.deepEqual([asked.staging_location, asked.temp_location], ["gs://a-bucket/s", "gs://a-bucket/t"]);
  });

  it("has the other options as they are given", () => {
    assert.equal(askedOfJob(london(), { num_workers: 3 }, []).num_workers, 3);
  });
});
