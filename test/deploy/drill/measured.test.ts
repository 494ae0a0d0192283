import assert from "node:assert/strict";
import { articleErrors, countsBetween, probesPublished, recordedTimes } from "../../../deploy/drill/measured";
import type { Watched } from "../../../deploy/observe/access/probe";

const watched = (fields: Partial<Watched> & Pick<Watched, "consumer">): Watched => ({
  ...{ what: "it", reached: true, seconds: 10, last: "works", asked: 3, worked: 1 },
  ...fields,
});
const refusal = (said: string) => ({ refused: "KEY_DISABLED", said }) as const;
const ACCESS = [
  watched({ consumer: "publish", seconds: 10, lastWorked: 4, worked: 2, last: refusal("a") }),
  watched({ consumer: "job", seconds: 30, last: { refused: "JOB_STATE_CANCELLED", said: "gone" } }),
  watched({ consumer: "query", reached: false, last: "works" }),
];
const RESTORED = [watched({ consumer: "publish", seconds: 5, worked: 2 }), watched({ consumer: "query", seconds: 6 })];

describe("what revoke and restore have on record", () => {
  it("is told from the decision on", () => {
    assert.deepEqual(recordedTimes({ access: ACCESS, restored: RESTORED }, 2.04, 60), [
      { consumer: "publish", untilRefused: 12, code: "KEY_DISABLED", lastWorked: 6, untilWorking: 5 },
      { consumer: "job", untilRefused: 32, code: "JOB_STATE_CANCELLED", untilWorking: 60 },
      { consumer: "query", untilWorking: 6 },
    ]);
    assert.equal(recordedTimes({ access: ACCESS }, 0, undefined)[1]?.untilWorking, undefined);
  });

  it("has the messages of its probes", () => {
    assert.equal(probesPublished({ access: ACCESS, restored: RESTORED }), 5);
    assert.equal(probesPublished({ access: [] }), 0);
  });

  it("has the article's two errors, where they came up", () => {
    const query = watched({ consumer: "query", last: refusal("Cloud KMS Error") });
    assert.deepEqual(articleErrors({ access: [ACCESS[1]!, query] }, ["its key is gone"]), {
      dataflow: "JOB_STATE_CANCELLED: gone; its key is gone",
      bigquery: "KEY_DISABLED: Cloud KMS Error",
    });
    assert.deepEqual(articleErrors({ access: ACCESS.slice(2) }, []), { dataflow: undefined, bigquery: undefined });
  });
});

describe("the counts of a drill by number", () => {
  const [before, after] = [
    { rows: 10, deadLetters: 1 },
    { rows: 108, deadLetters: 3 },
  ];
  it("are what has come to be there", () => {
    const counts = { published: 100, notPublished: 2, rows: 98, deadLetters: 2, lost: 0, duplicates: 0 };
    assert.deepEqual(countsBetween(100, 2, before, after), counts);
    assert.equal(countsBetween(101, 0, before, after).lost, 1);
    assert.equal(countsBetween(99, 0, before, after).duplicates, 1);
  });

  it("are not known where nobody could count", () => {
    const { lost, duplicates } = countsBetween(100, 0, before, { rows: 108, deadLetters: undefined });
    assert.deepEqual([lost, duplicates], [undefined, undefined]);
  });
});
