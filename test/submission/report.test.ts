/** The places of a job's options, held against what the pipeline itself reads there. */
import assert from "node:assert/strict";
import { at, PLACES } from "./places";
import { jobBesideOptions } from "./report";
import { JOB, TOGETHER } from "../pipeline/dataflow/every-option";
import { FLAGS, type Flag } from "../../pipeline/dataflow/flags";
import { compared } from "../../pipeline/dataflow/read-back";

describe("the job beside the options that asked for it", () => {
  it("has a place for every option that is the job's", () => {
    const ofJob = Object.entries<Flag>(FLAGS).filter(([, { found }]) => found !== undefined);
    assert.deepEqual(Object.keys(PLACES).sort(), ofJob.map(([name]) => name).sort());
  });

  it("finds something at every place of a job that has everything", () => {
    const region = { ...JOB, environment: { ...JOB.environment, workerRegion: "europe-west2" } };
    for (const [option, place] of Object.entries(PLACES)) assert.notEqual(at(region, place), undefined, option);
  });

  it("finds nothing where there is nothing", () => {
    for (const place of Object.values(PLACES)) assert.equal(at({}, place), undefined, place);
  });

  it("tells the two images apart", () => {
    assert.equal(at(JOB, PLACES.sdk_container_image!), TOGETHER.sdk_container_image);
    assert.equal(at(JOB, PLACES.python_sdk_container_image!), TOGETHER.python_sdk_container_image);
  });

  it("says what was asked, where it stands, and what stands there", () => {
    const asked = { use_public_ips: false, worker_zone: "europe-west2-c", worker_region: "europe-west2" };
    assert.equal(
      jobBesideOptions(compared(asked, JOB), JOB),
      `  --worker_region europe-west2
      environment.workerRegion = (nothing)
  --worker_zone europe-west2-c
      environment.workerZone = europe-west2-c
  --use_public_ips false
      environment.workerPools[0].ipConfiguration = WORKER_IP_PRIVATE
`,
    );
  });
});
