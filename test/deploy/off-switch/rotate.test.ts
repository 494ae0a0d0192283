/** Rotating by what it does to a modelled key: once, killed, not permitted, with data under an older version. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/off-switch";
import { failure, KEY } from "./modelled-key";
import { ModelledRotation } from "./modelled-rotation";

const YEARS_MS = 20 * 365 * 24 * 3600 * 1000;

describe("a rotation", () => {
  let cloud: ModelledRotation;
  let folder: string;
  const record = () => join(folder, "rotation.bank-project.str-pl.json");
  const states = () => [...cloud.key.versions.values()].join();
  const changed = (what: RegExp) => cloud.changes.filter((words) => what.test(words));
  const denied = (what: RegExp) => (words: string) =>
    what.test(words) ? failure("PERMISSION_DENIED: Permission denied") : undefined;

  beforeEach(() => {
    cloud = new ModelledRotation();
    folder = mkdtempSync(join(tmpdir(), "rotate-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function rotate(more = "", typed?: () => Promise<string>): Promise<{ code: number; out: string }> {
    let out = "";
    const say = (text: string) => {
      out += text;
    };
    const argv = [
      "rotate",
      ...(typed ? [] : ["--yes", KEY]),
      ...more.split(" ").filter((word) => word !== ""),
      "PROJECT_ID=bank-project",
    ];
    const code = await main(argv, {
      ...{ env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl"), run: cloud.run },
      ...{ print: say, complain: say, now: () => cloud.key.time, ...(typed && { typed }) },
      wait: async (ms: number) => {
        cloud.key.time += ms;
      },
    });
    return { code, out };
  }

  it("makes a new primary version, puts the table and the file under it, and leaves the older ones as they are", async () => {
    const { code, out } = await rotate();
    assert.equal(code, 0, out);
    assert.equal(cloud.primary, "4");
    assert.deepEqual([[...cloud.tables.values()], [...cloud.files.values()]], [["4"], ["4"]]);
    assert.equal(states(), "ENABLED,ENABLED,DISABLED,ENABLED");
    assert.match(out, /version 1, ENABLED: table cc_account_info, file stage\/pipeline\.pb/);
    assert.match(out, /version 4, primary, ENABLED: table cc_account_info, file stage\/pipeline\.pb/);
    const journal = readFileSync(join(folder, "journal.jsonl"), "utf8");
    assert.match(journal, /versions create .*--primary.*"outcome":"done"/);
    assert.equal(existsSync(record()), false);
  });

  it("makes one more the next time: the one before is over", async () => {
    await rotate();
    assert.equal((await rotate()).code, 0);
    assert.equal(cloud.primary, "5");
  });

  it("says everything and changes nothing where it is only to say", async () => {
    const { code, out } = await rotate("--dry-run");
    assert.equal(code, 0, out);
    assert.match(out, /kms keys versions create .*--primary/);
    assert.deepEqual([cloud.changes, existsSync(record())], [[], false]);
  });

  it("looks again where somebody took long to type the name", async () => {
    const { code, out } = await rotate("", async () => {
      cloud.key.time += 3_600_000;
      cloud.files.set("stage/another.pb", "2");
      cloud.files.delete("stage/pipeline.pb");
      return KEY;
    });
    assert.equal(code, 0, out);
    assert.deepEqual([...cloud.files], [["stage/another.pb", "4"]]);
    assert.doesNotMatch(changed(/objects update/).join(), /pipeline\.pb/);
  });

  it("changes nothing where another name is typed", async () => {
    const { code, out } = await rotate("", async () => "another");
    assert.deepEqual([code, /nothing is changed/.test(out), cloud.changes], [1, true, []]);
    assert.equal(existsSync(record()), false);
  });

  describe("that was killed", () => {
    const killed = (what: RegExp) => {
      cloud.before = (words) => {
        if (what.test(words)) throw new Error("killed");
        return undefined;
      };
    };
    async function goesOn(): Promise<string> {
      cloud.before = () => undefined;
      cloud.between = () => undefined;
      const { code, out } = await rotate();
      assert.equal(code, 0, out);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED,ENABLED", "there is one new version");
      assert.equal(cloud.primary, "4");
      assert.deepEqual([[...cloud.tables.values()], [...cloud.files.values()]], [["4"], ["4"]]);
      assert.equal(existsSync(record()), false);
      return out;
    }

    it("before a version was made makes one", async () => {
      killed(/versions create/);
      await assert.rejects(rotate(), /killed/);
      assert.equal(statSync(record()).mode & 0o777, 0o600);
      assert.match(await goesOn(), /began at 2026-01-01T00:00:00.000Z: it has made no version/);
    });

    it("while gcloud made it takes the version that is there for the primary one", async () => {
      cloud.between = () => {
        throw new Error("killed");
      };
      await assert.rejects(rotate(), /killed/);
      assert.equal(cloud.primary, "2");
      assert.match(await goesOn(), /version 4 is there already, no other is made/);
      assert.equal(changed(/--primary-version=4/).length, 1);
    });

    for (const [when, what] of [
      ["before the table was encrypted anew", /^bq .* update /],
      ["between the table and the file", /objects update/],
    ] as const) {
      it(`${when} goes on without another version`, async () => {
        killed(what);
        await assert.rejects(rotate(), /killed/);
        assert.match(await goesOn(), /version 4 is the primary one already, no other is made; .* move .*rotation/);
        assert.equal(changed(/versions create/).length, 1);
        assert.equal(changed(/^bq .* update /).length, 1);
      });
    }
  });

  it("that a service does not follow is named, ends with 1, and goes on without another version", async () => {
    cloud.before = (words) => (/^bq .* update /.test(words) ? { code: 0, stdout: "", stderr: "" } : undefined);
    const { code, out } = await rotate();
    assert.equal(code, 1);
    assert.match(out, /version 1, ENABLED: table cc_account_info\n/);
    assert.match(out, /^NOT ANEW/m);
    cloud.before = () => undefined;
    assert.equal((await rotate()).code, 0);
    assert.equal(cloud.primary, "4");
  });

  describe("with --disable-old", () => {
    function runningJob() {
      const place = { location: "europe-west2", currentState: "JOB_STATE_RUNNING" };
      const job = { id: "job-1", name: "str-pl", ...place };
      cloud.key.jobs.push(job);
      return job;
    }

    it("disables an older version only once nothing may lie under it: not while messages, files and logs are kept", async () => {
      const { code, out } = await rotate("--disable-old");
      assert.equal(code, 1);
      assert.match(out, /version 1 stays enabled: messages from before .*replaced files .*log entries .*--force/);
      assert.equal(states(), "ENABLED,ENABLED,DISABLED,ENABLED");
      cloud.key.time += YEARS_MS;
      const later = await rotate("--disable-old --keep-primary");
      assert.equal(later.code, 0, later.out);
      assert.equal(states(), "DISABLED,DISABLED,DISABLED,ENABLED");
    });

    it("leaves a version that the table is under, by name, and disables the one that is not used", async () => {
      cloud.before = (words) => (/^bq .* update /.test(words) ? { code: 0, stdout: "", stderr: "" } : undefined);
      await rotate();
      cloud.key.time += YEARS_MS;
      const { code, out } = await rotate("--disable-old --keep-primary");
      assert.equal(code, 1);
      assert.match(out, /version 1 stays enabled: table cc_account_info lies under it; --force/);
      assert.equal(states(), "ENABLED,DISABLED,DISABLED,ENABLED");
      const forced = await rotate("--disable-old --keep-primary --force");
      assert.equal(forced.code, 1, "the table is under it still");
      assert.equal(states(), "DISABLED,DISABLED,DISABLED,ENABLED");
    });

    for (const [what, prepare, found] of [
      ["an image was pushed before", () => cloud.pushed.push("2025-01-01T00:00:00Z"), /1 files of images were pushed/],
      [
        "a job runs",
        () => {
          const job = runningJob();
          const environment = { tempStoragePrefix: "storage.googleapis.com/da_streaming_pipeline/temp" };
          cloud.before = (words) =>
            /jobs describe/.test(words)
              ? { code: 0, stdout: JSON.stringify({ ...job, environment }), stderr: "" }
              : undefined;
        },
        /job str-pl runs/,
      ],
      [
        "nobody knows whose job runs",
        () => {
          runningJob();
          cloud.before = denied(/jobs describe/);
        },
        /not observed: job str-pl: PERMISSION_DENIED/,
      ],
      [
        "the jobs are not observed",
        () => {
          cloud.before = denied(/jobs list/);
        },
        /not observed: the jobs/,
      ],
      [
        "the files are not observed",
        () => {
          cloud.before = denied(/objects list/);
        },
        /not observed: the files/,
      ],
    ] as const) {
      it(`disables none where ${what}`, async () => {
        await rotate();
        cloud.key.time += YEARS_MS;
        prepare();
        const { code, out } = await rotate("--disable-old --keep-primary");
        assert.equal(code, 1);
        assert.match(out, found);
        assert.equal(states(), "ENABLED,ENABLED,DISABLED,ENABLED");
      });
    }
  });

  for (const [what, command, said] of [
    ["to look at the key's versions", /versions list/, /key str-pl-london-key01: PERMISSION_DENIED/],
    ["to make a version", /versions create/, /you may not: whoever may has to type\ngcloud kms keys versions create/],
    ["to set the table's key", /^bq .* update /, /whoever may has to type\nbq .* update /],
  ] as const) {
    it(`that is not permitted ${what} says so, and ends with 1`, async () => {
      cloud.before = denied(command);
      const { code, out } = await rotate();
      assert.equal(code, 1);
      assert.match(out, said);
      cloud.before = () => undefined;
      const again = await rotate();
      assert.equal(again.code, 0, again.out);
      assert.equal(cloud.primary, "4");
    });
  }

  it("goes on with the version that whoever owns the key has made", async () => {
    cloud.before = denied(/versions create/);
    await rotate();
    cloud.key.versions.set("4", "ENABLED");
    cloud.primary = "4";
    assert.equal((await rotate()).code, 0);
    assert.equal(states(), "ENABLED,ENABLED,DISABLED,ENABLED");
  });

  it("that does not see what lies under the key says so, ends with 1, and is not over", async () => {
    cloud.before = denied(/^bq .* ls /);
    const { code, out } = await rotate();
    assert.equal(code, 1);
    assert.match(out, /NOT OBSERVED: the tables/);
    assert.equal(existsSync(record()), true);
  });

  it("asks what passes by itself again, but never for a version", async () => {
    let left = 1;
    cloud.before = (words) => (/objects update/.test(words) && left-- > 0 ? failure("UNAVAILABLE: 503") : undefined);
    assert.equal((await rotate()).code, 0);
    cloud.before = (words) => (/versions create/.test(words) ? failure("UNAVAILABLE: 503") : undefined);
    const { code, out } = await rotate();
    assert.equal(code, 1);
    assert.match(out, /rotate again: it goes on from here/);
    assert.equal(cloud.primary, "4");
  });

  it("refuses a record that is none, and an external key", async () => {
    writeFileSync(record(), "{}");
    assert.match((await rotate()).out, /is no record of a rotation/);
    rmSync(record());
    const { code, out } = await rotate("KEY_PROTECTION=external");
    assert.deepEqual([code, /its manager makes a new version/.test(out), cloud.changes], [1, true, []]);
  });
});
