/** The off switch by what it does to a modelled key: killed, refused, mistyped, given back. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/off-switch";
import { ARTICLE, setupFor } from "../setups";
import { failure, KEY, ModelledKey } from "./modelled-key";

describe("the off switch", () => {
  let cloud: ModelledKey;
  let folder: string;
  const record = () => join(folder, "revocation.bank-project.str-pl.json");
  const states = () => [...cloud.versions.values()].join();
  const recorded = () => JSON.parse(readFileSync(record(), "utf8"));

  beforeEach(() => {
    cloud = new ModelledKey();
    folder = mkdtempSync(join(tmpdir(), "off-switch-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function offSwitch(text: string, more: object = {}): Promise<{ code: number; out: string }> {
    let out = "";
    const say = (text: string) => {
      out += text;
    };
    const world = {
      ...{ env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl"), run: cloud.run },
      ...{ print: say, complain: say, now: () => cloud.time },
      wait: async (ms: number) => {
        cloud.time += ms;
      },
    };
    return { code: await main([...text.split(" "), "PROJECT_ID=bank-project"], { ...world, ...more }), out };
  }

  const runningJob = () =>
    cloud.jobs.push({ id: "job-1", name: "str-pl", location: "europe-west2", currentState: "JOB_STATE_RUNNING" });

  it("takes every enabled version, proves each refusal, and gives back no more than it took", async () => {
    runningJob();
    cloud.before = (words) => (/jobs describe/.test(words) && /--full/.test(words) ? named() : undefined);
    const revoked = await offSwitch(`revoke --yes ${KEY}`);
    assert.equal(revoked.code, 0, revoked.out);
    assert.equal(states(), "DISABLED,DISABLED,DISABLED");
    assert.equal(recorded().access.length, 4);
    cloud.jobs.length = 0;
    const restored = await offSwitch(`restore --yes ${KEY}`);
    assert.equal(restored.code, 0, restored.out);
    assert.equal(states(), "ENABLED,ENABLED,DISABLED");
    assert.equal(existsSync(record()), false);
  });

  /** A job that is this deployment's by its bucket. */
  const named = () => ({
    code: 0,
    stdout: JSON.stringify({
      ...cloud.jobs[0],
      environment: { tempStoragePrefix: "storage.googleapis.com/da_streaming_pipeline/temp" },
    }),
    stderr: "",
  });

  for (const typed of ["str-pl-other-key", "", `${KEY},other`]) {
    it(`changes nothing where "${typed}" is typed`, async () => {
      const { code, out } = await offSwitch("revoke", { typed: async () => typed });
      assert.equal(code, 1);
      assert.match(out, /nothing is changed/);
      assert.deepEqual([cloud.changes, existsSync(record())], [[], false]);
    });
  }

  it("changes nothing where nobody can be asked, and where it is only to say", async () => {
    assert.equal((await offSwitch("revoke")).code, 1);
    assert.equal((await offSwitch("revoke --dry-run")).code, 0);
    assert.equal((await offSwitch(`revoke --yes ${KEY} --only another`)).code, 1);
    assert.deepEqual(cloud.changes, []);
  });

  for (const at of [1, 2]) {
    it(`goes on where it was killed at change ${at}, and restores all of it`, async () => {
      let left = at;
      cloud.before = (words) => {
        if (/versions disable/.test(words) && --left === 0) throw new Error("killed");
        return undefined;
      };
      await assert.rejects(offSwitch(`revoke --yes ${KEY}`), /killed/);
      assert.deepEqual(
        recorded().taken.map(({ version }: { version: string }) => version),
        ["1", "2"],
      );
      cloud.before = () => undefined;
      const again = await offSwitch(`revoke --yes ${KEY}`);
      assert.equal(again.code, 0, again.out);
      assert.ok(recorded().taken.every(({ state }: { state: string }) => state === "taken"));
      assert.equal((await offSwitch(`restore --yes ${KEY}`)).code, 0);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED");
    });
  }

  it("goes on with a restore that was killed, and leaves alone what others took since", async () => {
    assert.equal((await offSwitch(`revoke --yes ${KEY}`)).code, 0);
    cloud.before = (words) => {
      if (/versions enable 2/.test(words)) throw new Error("killed");
      return undefined;
    };
    await assert.rejects(offSwitch(`restore --yes ${KEY}`), /killed/);
    cloud.before = () => undefined;
    cloud.versions.set("1", "DISABLED");
    const again = await offSwitch(`restore --yes ${KEY}`);
    assert.equal(again.code, 0, again.out);
    assert.equal(states(), "DISABLED,ENABLED,DISABLED");
  });

  it("names who still works after a while, and ends with 1", async () => {
    cloud.before = (words) => (/^bq .*query/.test(words) ? { code: 0, stdout: "[]", stderr: "" } : undefined);
    const { code, out } = await offSwitch(`revoke --yes ${KEY} --within 60`);
    assert.equal(code, 1);
    assert.match(out, /^NOT REFUSED: query table/m);
    assert.doesNotMatch(out, /NOT REFUSED: publish/);
  });

  it("takes no failure for a refusal that does not name the key", async () => {
    let isTaken = false;
    cloud.before = (words) => {
      isTaken ||= /versions disable/.test(words);
      return isTaken && /topics publish/.test(words) ? failure("PERMISSION_DENIED: User not authorized") : undefined;
    };
    const { code, out } = await offSwitch(`revoke --yes ${KEY} --within 60`);
    assert.equal(code, 1);
    assert.match(out, /^NOT REFUSED: publish/m);
  });

  it("says of what did not work before that nothing is proven", async () => {
    cloud.before = (words) => (/topics publish/.test(words) ? failure("NOT_FOUND: no such topic") : undefined);
    const { code, out } = await offSwitch(`revoke --yes ${KEY} --within 60`);
    assert.equal(code, 1);
    assert.match(out, /^NOT PROVEN: publish/m);
    assert.equal((await offSwitch(`revoke --yes ${KEY} --within 60 --skip publish`)).code, 0);
  });

  it("lists the commands for whoever owns the key, and watches once they have typed them", async () => {
    cloud.before = (words) => (/versions disable/.test(words) ? failure("PERMISSION_DENIED: denied") : undefined);
    const { code, out } = await offSwitch(`revoke --yes ${KEY}`);
    assert.equal(code, 1);
    assert.match(
      out,
      /whoever owns the key has to type\ngcloud kms keys versions disable 1 .*\ngcloud kms keys versions disable 2 /,
    );
    for (const version of ["1", "2"]) cloud.versions.set(version, "DISABLED");
    assert.equal((await offSwitch(`revoke --yes ${KEY}`)).code, 0);
  });

  it("asks a transient error again", async () => {
    let failures = 2;
    cloud.before = (words) =>
      /versions disable 1/.test(words) && failures-- > 0 ? failure("UNAVAILABLE: 503") : undefined;
    assert.equal((await offSwitch(`revoke --yes ${KEY}`)).code, 0);
  });

  describe("at once", () => {
    /** What was run, in order. */
    function everything(): string[] {
      const words: string[] = [];
      cloud.before = (one) => {
        words.push(one);
        return undefined;
      };
      return words;
    }

    it("disables behind one look at the versions, and looks at the rest afterwards", async () => {
      runningJob();
      const words = everything();
      const { code, out } = await offSwitch(`revoke --at-once --yes ${KEY} --skip job`);
      assert.equal(code, 0, out);
      const first = words.findIndex((one) => /versions disable/.test(one));
      assert.deepEqual(
        words.slice(0, first).map((one) => one.split(" --")[0]),
        ["gcloud dataflow jobs list", "gcloud config get-value core/account", "gcloud kms keys versions list"],
      );
      assert.equal(states(), "DISABLED,DISABLED,DISABLED");
      assert.match(out, /^taken at 2026-01-01T00:00:00.000Z: version 1 of \S+, 2 of/m);
      assert.ok(recorded().takenAt && recorded().taken.every(({ state }: { state: string }) => state === "taken"));
      assert.equal(words.filter((one) => /versions disable/.test(one)).length, 2, "each is taken once");
      cloud.before = () => undefined;
      cloud.jobs.length = 0;
      assert.equal((await offSwitch(`restore --yes ${KEY}`)).code, 0);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED");
    });

    it("takes the key where nothing else can be seen, and says what is not", async () => {
      cloud.before = (words) =>
        /kms keys versions|config get-value/.test(words) ? undefined : failure("PERMISSION_DENIED: denied");
      const { code, out } = await offSwitch(`revoke --at-once --yes ${KEY}`);
      assert.equal(code, 1);
      assert.equal(states(), "DISABLED,DISABLED,DISABLED");
      assert.match(out, /^taken at [\s\S]*PERMISSION_DENIED/m);
    });

    for (const flags of ["--by grant", "--how drain"]) {
      it(`goes with no ${flags}`, async () => {
        assert.equal((await offSwitch(`revoke --at-once --yes ${KEY} ${flags}`)).code, 2);
        assert.deepEqual(cloud.changes, []);
      });
    }

    it("wants the key's name, too, and changes nothing where it is only to say", async () => {
      assert.equal((await offSwitch("revoke --at-once --yes other")).code, 1);
      assert.equal((await offSwitch("revoke --at-once --dry-run")).code, 0);
      assert.deepEqual(cloud.changes, []);
    });

    it("goes on where it was killed", async () => {
      let left = 2;
      cloud.before = (words) => {
        if (/versions disable/.test(words) && --left === 0) throw new Error("killed");
        return undefined;
      };
      await assert.rejects(offSwitch(`revoke --at-once --yes ${KEY}`), /killed/);
      cloud.before = () => undefined;
      assert.equal((await offSwitch(`revoke --at-once --yes ${KEY}`)).code, 0);
      assert.equal((await offSwitch(`restore --yes ${KEY}`)).code, 0);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED");
    });
  });

  describe("with a job", () => {
    beforeEach(() => {
      runningJob();
      cloud.before = (words) => (/jobs describe/.test(words) && /--full/.test(words) ? named() : undefined);
    });

    it("drains it before it touches the key, and watches it no more", async () => {
      const { code, out } = await offSwitch(`revoke --yes ${KEY} --how drain`);
      assert.equal(code, 0, out);
      assert.match(cloud.changes[0]!, /jobs drain job-1/);
      assert.equal(
        recorded().access.some(({ consumer }: { consumer: string }) => consumer === "job"),
        false,
      );
    });

    it("leaves the key alone where it is not drained in time", async () => {
      const { before } = cloud;
      cloud.before = (words, command) =>
        /jobs drain/.test(words) ? { code: 0, stdout: "", stderr: "" } : before(words, command);
      const { code, out } = await offSwitch(`revoke --yes ${KEY} --how drain --job-within 60`);
      assert.equal(code, 1);
      assert.match(out, /no key was touched/);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED");
    });

    it("says of a job that cannot be looked at that it is not observed, and ends with 1", async () => {
      cloud.before = (words) => (/jobs describe/.test(words) ? failure("PERMISSION_DENIED: denied") : undefined);
      const { code, out } = await offSwitch(`revoke --yes ${KEY}`);
      assert.equal(code, 1);
      assert.match(out, /^NOT OBSERVED: job: job str-pl \(job-1\): PERMISSION_DENIED/m);
      assert.equal(states(), "DISABLED,DISABLED,DISABLED");
    });

    it("keeps the snapshot's name, and says how to begin from it", async () => {
      assert.equal((await offSwitch(`revoke --yes ${KEY} --how snapshot`)).code, 0);
      assert.equal(recorded().jobs[0].snapshot, "snapshot-1");
      cloud.jobs.length = 0;
      let line = "";
      const start = async (text: string) => {
        line = text;
        return 7;
      };
      const restored = await offSwitch(`restore --yes ${KEY} --start-job run-it`, { start });
      assert.match(restored.out, /--create_from_snapshot snapshot-1/);
      assert.deepEqual([restored.code, line], [7, "run-it"]);
    });
  });

  describe("by grant", () => {
    const role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
    const number = setupFor().projectNumber;
    const pubsub = `serviceAccount:service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`;
    const storage = `serviceAccount:service-${number}@gs-project-accounts.iam.gserviceaccount.com`;
    const agents = [pubsub, storage];
    const person = "user:somebody@example.com";
    let bindings: { role: string; members: string[]; condition?: object }[];
    let onProject: object[];

    beforeEach(() => {
      bindings = [
        { role, members: [...agents, person] },
        { role, members: [pubsub], condition: { title: "for a while", expression: "true" } },
      ];
      onProject = [];
      const said = (answer: unknown) => ({ code: 0, stdout: JSON.stringify(answer), stderr: "" });
      cloud.before = (words) => {
        if (/keys get-iam-policy/.test(words)) return said({ bindings });
        if (/projects get-iam-policy/.test(words)) return said({ bindings: onProject });
        const [, verb] = /kms keys (add|remove)-iam-policy-binding/.exec(words) ?? [];
        if (verb === undefined) {
          const isRefused = /topics publish|subscriptions pull|^bq .*query/.test(words) && members().length === 1;
          return isRefused ? failure("PERMISSION_DENIED: Permission denied on Cloud KMS key") : undefined;
        }
        cloud.changes.push(words);
        const member = /--member=(\S+)/.exec(words)![1]!;
        const others = members().filter((one) => one !== member);
        bindings[0] = { role, members: verb === "add" ? [...others, member] : others };
        return said({});
      };
    });
    const members = () => bindings[0]!.members;

    it("takes the agents' grants and nobody else's, no version, and gives back those", async () => {
      const revoked = await offSwitch(`revoke --yes ${KEY} --by grant`);
      assert.equal(revoked.code, 0, revoked.out);
      assert.deepEqual(members(), [person]);
      assert.equal(bindings[1]!.members.length, 1, "a grant with a condition is none of the deployment's");
      assert.equal(states(), "ENABLED,ENABLED,DISABLED");
      const restored = await offSwitch(`restore --yes ${KEY}`);
      assert.equal(restored.code, 0, restored.out);
      assert.deepEqual(members().sort(), [...agents, person].sort());
    });

    it("goes on where it was killed, and wants the same way", async () => {
      const { before } = cloud;
      let left = 2;
      cloud.before = (words, command) => {
        if (/remove-iam-policy-binding/.test(words) && --left === 0) throw new Error("killed");
        return before(words, command);
      };
      await assert.rejects(offSwitch(`revoke --yes ${KEY} --by grant`), /killed/);
      cloud.before = before;
      assert.match((await offSwitch(`revoke --yes ${KEY}`)).out, /go on with --by grant/);
      assert.equal((await offSwitch(`revoke --yes ${KEY} --by grant`)).code, 0);
      assert.deepEqual(members(), [person]);
      assert.equal((await offSwitch(`restore --yes ${KEY}`)).code, 0);
      assert.deepEqual(members().sort(), [...agents, person].sort());
    });

    it("names an agent that goes on by a grant on the project", async () => {
      onProject = [{ role, members: [storage] }];
      const { out } = await offSwitch("revoke --by grant --dry-run");
      assert.match(out, /^NOT TAKEN serviceAccount:\S+ holds \S+ on project bank-project, too: it goes on/m);
    });
  });

  describe("with a key of Dataflow's own", () => {
    const split = setupFor(ARTICLE);
    const [data, dataflow] = [split.dataKey, split.dataflowKey];
    const article = "PROFILE=article ACCEPT=LOC-1,KEY-2";
    const both = `${data.key},${dataflow.key}`;
    const statesOf = (name: string) => [...cloud.versionsOf(name).values()].join();

    beforeEach(() => {
      cloud = new ModelledKey(split);
      runningJob();
      cloud.before = (words) => (/jobs describe/.test(words) && /--full/.test(words) ? named() : undefined);
    });

    it("takes every enabled version of both, and gives back both", async () => {
      const revoked = await offSwitch(`revoke --yes ${both} ${article}`);
      assert.equal(revoked.code, 0, revoked.out);
      for (const { name } of [data, dataflow]) assert.equal(statesOf(name), "DISABLED,DISABLED,DISABLED");
      assert.equal(recorded().taken.length, 4);
      assert.deepEqual(
        recorded()
          .access.map(({ consumer }: { consumer: string }) => consumer)
          .sort(),
        ["job", "publish", "pull", "query"],
      );
      cloud.jobs.length = 0;
      const restored = await offSwitch(`restore --yes ${both} ${article}`);
      assert.equal(restored.code, 0, restored.out);
      for (const { name } of [data, dataflow]) assert.equal(statesOf(name), "ENABLED,ENABLED,DISABLED");
    });

    it("wants the names of both", async () => {
      assert.match((await offSwitch(`revoke --yes ${data.key} ${article}`)).out, /nothing is changed/);
      assert.deepEqual(cloud.changes, []);
    });

    for (const [only, other, consumers] of [
      [data, dataflow, "publish,pull,query"],
      [dataflow, data, "job"],
    ] as const) {
      it(`--only ${only.key} takes it alone, watches ${consumers}, and gives it alone back`, async () => {
        const { code, out } = await offSwitch(`revoke --yes ${only.key} --only ${only.key} ${article}`);
        assert.equal(code, 0, out);
        assert.deepEqual(
          [statesOf(only.name), statesOf(other.name)],
          ["DISABLED,DISABLED,DISABLED", "ENABLED,ENABLED,DISABLED"],
        );
        const asked = recorded().access.map(({ consumer }: { consumer: string }) => consumer);
        assert.equal(asked.sort().join(), consumers);
        cloud.jobs.length = 0;
        const restored = await offSwitch(`restore --yes ${only.key} ${article}`);
        assert.equal(restored.code, 0, restored.out);
        assert.equal(statesOf(only.name), "ENABLED,ENABLED,DISABLED");
        assert.deepEqual(
          new Set(cloud.changes.map((words) => words.includes(`--location=${only.location}`))),
          new Set([true]),
        );
      });
    }
  });

  it("counts by id what waits, and not its own probes", async () => {
    assert.equal((await offSwitch(`revoke --yes ${KEY}`)).code, 0);
    const at = (publishTime: string, more: object = {}) => ({
      message: { messageId: publishTime, publishTime, ...more },
    });
    cloud.waiting = [
      at("2025-12-31T00:00:00Z"),
      at("2026-12-31T00:00:00Z"),
      at("2025-12-30T00:00:00Z", { attributes: { probe: "off-switch" } }),
    ];
    const { out } = await offSwitch(`restore --yes ${KEY}`);
    assert.match(out, /^2 messages wait .*: 1 were published before the key was taken/m);
    assert.match(out, /and 1 probes/);
  });

  it("restores nothing without a record, from one that is none, and of what is destroyed", async () => {
    assert.match((await offSwitch(`restore --yes ${KEY}`)).out, /revoke has taken nothing/);
    writeFileSync(record(), "{}");
    assert.match((await offSwitch(`restore --yes ${KEY}`)).out, /is no record/);
    rmSync(record());
    assert.equal((await offSwitch(`revoke --yes ${KEY}`)).code, 0);
    cloud.versions.set("1", "DESTROY_SCHEDULED");
    const { code, out } = await offSwitch(`restore --yes ${KEY}`);
    assert.deepEqual([code, /versions restore 1/.test(out)], [1, true]);
    assert.equal(states(), "DESTROY_SCHEDULED,DISABLED,DISABLED");
  });
});
