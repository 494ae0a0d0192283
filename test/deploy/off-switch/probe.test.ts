/** What is a refusal, and how often it has to be one. */
import assert from "node:assert/strict";
import { type Judged, type Probe, watch } from "../../../deploy/observe/access/probe";
import { judgeByKey, judgeByStatus, judgeJob, judgeRead } from "../../../deploy/observe/access/refusal";
import { gcloud } from "../../../deploy/resources/command";
import type { Answer } from "../../../deploy/run";

const failed = (stderr: string): Answer => ({ code: 1, stdout: "", stderr });
const worked: Answer = { code: 0, stdout: "{}", stderr: "" };
const outcome = (judged: Judged) => (judged === "works" ? judged : "refused" in judged ? judged.refused : "unclear");

describe("a refusal", () => {
  const DISABLED =
    "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1 is not enabled, current state is: DISABLED.";
  const byKey: Record<string, string> = {
    [`FAILED_PRECONDITION: ${DISABLED}`]: "KEY_DISABLED",
    "BigQuery error in query operation: Access Denied: BigQuery: Cloud KMS Error: Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied":
      "KEY_FORBIDDEN",
    "HTTPError 403: Permission denied on Cloud KMS key. Please ensure that your service account has been authorized":
      "KEY_FORBIDDEN",
    "Access Denied: User does not have bigquery.jobs.create permission in project p": "unclear",
    "PERMISSION_DENIED: Cloud Key Management Service (KMS) API has not been used": "unclear",
    "NOT_FOUND: Requested entity was not found": "unclear",
    "UNAVAILABLE: 503 the KMS key service does not answer: permission unknown": "unclear",
    "Connection reset by peer": "unclear",
  };
  for (const [text, code] of Object.entries(byKey)) {
    it(`is ${code}: ${text.slice(0, 60)}`, () => assert.equal(outcome(judgeByKey(failed(text))), code));
  }

  it("of Pub/Sub is its status, but not where that is for another reason", () => {
    assert.equal(
      outcome(judgeByStatus(failed("FAILED_PRECONDITION: the request cannot be served"))),
      "FAILED_PRECONDITION",
    );
    assert.equal(
      outcome(judgeByStatus(failed("FAILED_PRECONDITION: the region is not allowed by the policy"))),
      "unclear",
    );
    assert.equal(outcome(judgeByStatus(failed("FAILED_PRECONDITION: billing is not enabled"))), "unclear");
    assert.equal(outcome(judgeByStatus(failed("PERMISSION_DENIED: User not authorized"))), "unclear");
    assert.equal(outcome(judgeByStatus(worked)), "works");
  });

  it("of a read is its status, where the metadata is still read", () => {
    assert.equal(outcome(judgeRead(failed("status: 400\nERROR: b''"), worked)), "HTTP_400");
    assert.equal(outcome(judgeRead(failed("status: 403\n"), worked)), "HTTP_403");
    assert.equal(outcome(judgeRead(failed("status: 403\n"), failed("HTTPError 403"))), "unclear");
    assert.equal(outcome(judgeRead(failed("status: 503\n"), worked)), "unclear");
    assert.equal(outcome(judgeRead(failed("network"), worked)), "unclear");
  });

  it("of a job is its end, where nobody asked for that", () => {
    const job = (fields: object) => outcome(judgeJob({ ...worked, stdout: JSON.stringify(fields) }));
    assert.equal(job({ currentState: "JOB_STATE_RUNNING" }), "works");
    assert.equal(job({ currentState: "JOB_STATE_FAILED" }), "JOB_STATE_FAILED");
    assert.equal(job({ currentState: "JOB_STATE_CANCELLED", requestedState: "JOB_STATE_CANCELLED" }), "unclear");
    assert.equal(job({ currentState: "JOB_STATE_DRAINED" }), "unclear");
    assert.equal(outcome(judgeJob(failed("PERMISSION_DENIED"))), "unclear");
  });
});

describe("a watch", () => {
  /** Answers in this order, and then the last one for ever. */
  async function watched(answers: readonly Answer[], within = 600) {
    let [time, at] = [0, 0];
    const probe: Probe = { consumer: "query", what: "table t", command: gcloud("version", {}), judge: judgeByKey };
    const [one] = await watch([probe], "refused", {
      run: async () => answers[Math.min(at++, answers.length - 1)]!,
      now: () => time,
      wait: async (ms) => {
        time += ms;
      },
      since: 0,
      within,
    });
    return one!;
  }
  const refused = failed("Cloud KMS key is disabled");

  it("takes one refusal among answers for none: a place may not have heard yet", async () => {
    const one = await watched([worked, refused, worked, refused]);
    assert.equal(one.reached, true);
    assert.deepEqual([one.asked, one.worked], [5, 2]);
    assert.ok(one.lastWorked! < one.seconds!);
  });

  it("times from the first refusal of those that held", async () => {
    const one = await watched([refused]);
    assert.deepEqual([one.reached, one.seconds, one.lastWorked], [true, 0, undefined]);
  });

  it("ends with what is not reached, after it was asked once at least", async () => {
    const never = await watched([worked], 60);
    assert.deepEqual([never.reached, never.seconds, never.last], [false, undefined, "works"]);
    assert.equal((await watched([worked], 0.001)).asked >= 1, true);
  });
});
