import assert from "node:assert/strict";
import { apply, ApplyError } from "../../../deploy/change/apply";
import type { Entry } from "../../../deploy/change/journal";
import { type Answers, asking } from "../../../deploy/observe/ask";
import { commandsOf, exitCodeOf, plan } from "../../../deploy/observe/plan";
import { isGood, verify } from "../../../deploy/observe/verify";
import { shown } from "../../../deploy/resources/command";
import type { Asked } from "../../../deploy/resources/setup";
import type { Answer, Run } from "../../../deploy/run";
import { ModelledCloud } from "../modelled-cloud";
import { ARTICLE, askedFor } from "../setups";

const noWait = async () => {};

async function planOf(cloud: ModelledCloud, asked: Asked = askedFor()) {
  return plan(asked, asking(cloud.run, noWait), cloud.declare);
}

async function applyTo(
  cloud: ModelledCloud,
  run: Run = cloud.run,
  asked = askedFor(),
  entries: Entry[] = [],
): Promise<Entry[]> {
  const answers: Answers = new Map();
  const first = await plan(asked, asking(cloud.run, noWait, answers), cloud.declare);
  const doing = { run, answers, journal: (entry: Entry) => entries.push(entry), progress: () => {}, wait: noWait };
  await apply(asked, first, doing, cloud.declare);
  return entries;
}

/** Answers with `instead` to the change number `at`, from 0, and to no other. */
function once(cloud: ModelledCloud, at: number, instead: (done: () => Promise<Answer>) => Promise<Answer>): Run {
  let changes = 0;
  return async (command) => {
    const isChange = cloud.isChange(command);
    const mine = isChange && changes === at;
    if (isChange) changes++;
    return mine ? instead(() => cloud.run(command)) : cloud.run(command);
  };
}

const failure = (stderr: string): Answer => ({ code: 1, stdout: "", stderr });

async function applied(): Promise<ModelledCloud> {
  const cloud = new ModelledCloud();
  await applyTo(cloud);
  return cloud;
}

for (const [profile, given] of Object.entries({ london: {}, article: ARTICLE })) {
  describe(`the profile ${profile}`, () => {
    const asked = askedFor(given);

    it("has changes, is applied, has none, and verify holds", async () => {
      const cloud = new ModelledCloud();
      assert.equal(exitCodeOf(await planOf(cloud, asked)), 2);
      await applyTo(cloud, cloud.run, asked);
      const after = await planOf(cloud, asked);
      assert.equal(exitCodeOf(after), 0);
      assert.deepEqual(
        verify(after).filter((line) => !isGood(line)),
        [],
      );
      const before = cloud.commands.length;
      await applyTo(cloud, cloud.run, asked);
      assert.equal(cloud.commands.length, before);
    });
  });
}

describe("apply", () => {
  it("runs what the plan printed, each once, a resource's own in that order and behind what it refers to", async () => {
    const cloud = new ModelledCloud();
    const { visits } = await planOf(cloud);
    const journal = await applyTo(cloud);
    const done = journal.filter(({ outcome }) => outcome === "done").map(({ command }) => command);
    assert.deepEqual([...cloud.commands].sort(), visits.flatMap(commandsOf).map(shown).sort());
    assert.deepEqual(done.sort(), [...cloud.commands].sort());
    for (const visit of visits) {
      const own = commandsOf(visit).map(shown);
      assert.deepEqual(
        cloud.commands.filter((command) => own.includes(command)),
        own,
      );
      const behind = visits.filter(({ resource }) => visit.resource.refersTo.includes(resource)).flatMap(commandsOf);
      const last = Math.max(-1, ...behind.map((command) => cloud.commands.indexOf(shown(command))));
      assert.ok(own.every((command) => cloud.commands.indexOf(command) > last));
    }
  });

  it("runs side by side what does not depend on each other", async () => {
    const cloud = new ModelledCloud();
    let [running, most] = [0, 0];
    await applyTo(cloud, async (command) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return cloud.run(command);
    });
    assert.ok(most > 3, String(most));
  });

  it("is killed after every single command, run again, and ends in the same state with nothing made twice", async () => {
    const whole = await applied();
    for (let at = 0; at < whole.commands.length; at++) {
      const cloud = new ModelledCloud();
      const killed = new Error("killed");
      let dead = false;
      const last = once(cloud, at, async (done) => {
        await done();
        dead = true;
        throw killed;
      });
      const dying: Run = async (command) => {
        if (dead) throw killed;
        return last(command);
      };
      await assert.rejects(applyTo(cloud, dying), killed);
      await applyTo(cloud);
      assert.ok(cloud.isAs(whole), whole.commands[at]);
      const again = cloud.commands.filter((command, i) => cloud.commands.indexOf(command) !== i);
      // Making an agent exist, which is what the grant behind it needs, may come twice.
      assert.ok(again.every((command) => /service-agent|identity create|encryption_service_account/.test(command)));
    }
  });

  for (const [what, said] of Object.entries({
    "503": "ERROR: HTTPError 503: backend is busy",
    ABORTED: "ERROR: (gcloud.kms) ABORTED: concurrent policy changes",
    "429": "ERROR: RESOURCE_EXHAUSTED: 429",
    "something unclear": "ERROR: Failed to create topic [t]: x",
    "an account that is not known everywhere yet": "ERROR: INVALID_ARGUMENT: Service account x does not exist.",
  })) {
    it(`goes on where any command answers once with ${what}`, async () => {
      const whole = await applied();
      for (let at = 0; at < whole.commands.length; at++) {
        const cloud = new ModelledCloud();
        await applyTo(
          cloud,
          once(cloud, at, async () => failure(said)),
        );
        assert.ok(cloud.isAs(whole), whole.commands[at]);
      }
    });
  }

  it("does nothing twice where the answer of a command is lost", async () => {
    const whole = await applied();
    for (let at = 0; at < whole.commands.length; at++) {
      const cloud = new ModelledCloud();
      const lost = once(cloud, at, async (done) => {
        await done();
        return failure("ERROR: Connection reset by peer");
      });
      await applyTo(cloud, lost);
      assert.ok(cloud.isAs(whole), whole.commands[at]);
      assert.ok(cloud.commands.length <= whole.commands.length + 1);
    }
  });

  it("ends as one where two run at once", async () => {
    const cloud = new ModelledCloud();
    await Promise.all([applyTo(cloud), applyTo(cloud)]);
    assert.ok(cloud.isAs(await applied()));
  });

  it("stops at what does not pass, and names the command, what the cloud said and the mend", async () => {
    const cloud = new ModelledCloud();
    const denied: Run = async (command) =>
      shown(command).startsWith("gcloud kms keys create")
        ? failure("ERROR: PERMISSION_DENIED: cloudkms.cryptoKeys.create")
        : cloud.run(command);
    await assert.rejects(applyTo(cloud, denied), (error: ApplyError) => {
      assert.equal(error.code, "refused");
      assert.match(error.message, /gcloud kms keys create .*PERMISSION_DENIED.*ask for the role/s);
      return true;
    });
    assert.deepEqual(
      cloud.commands.filter((command) => /^(gcloud (kms keys|pubsub|storage|artifacts|logging) |bq )/.test(command)),
      [],
    );
  });

  it("lets what runs end where something fails, starts nothing more, and says the first error", async () => {
    const cloud = new ModelledCloud();
    const journal: Entry[] = [];
    let failed = false;
    const late: string[] = [];
    const denied: Run = async (command) => {
      const words = shown(command);
      if (failed && cloud.isChange(command)) late.push(words);
      if (!words.startsWith("gcloud kms keyrings create")) return cloud.run(command);
      failed = true;
      return failure("ERROR: PERMISSION_DENIED: cloudkms.keyRings.create");
    };
    await assert.rejects(applyTo(cloud, denied, askedFor(), journal), /keyRings\.create/);
    const ended = new Set(journal.filter(({ outcome }) => outcome !== "started").map(({ command }) => command));
    assert.deepEqual(
      journal.filter(({ command }) => !ended.has(command)),
      [],
    );
    // Only the network and the account were running then, which depend on the APIs alone.
    assert.deepEqual(
      late.filter((command) => !/compute networks create|service-accounts create/.test(command)),
      [],
    );
  });

  it("gives up where a command is taken and nothing comes of it", async () => {
    const cloud = new ModelledCloud();
    const deaf: Run = async (command) =>
      command.args.includes("versions") || command.args.includes("--versioning")
        ? { code: 0, stdout: "", stderr: "" }
        : cloud.run(command);
    await assert.rejects(applyTo(cloud, deaf), (error: ApplyError) => error.code === "not made");
  });

  it("changes nothing while something can only be mended by hand", async () => {
    const cloud = await applied();
    const title = "topic str-pl-pubsub-topic";
    cloud.there[title]!.fields.key = "projects/p/locations/l/keyRings/r/cryptoKeys/other";
    cloud.there["subscription str-pl-pubsub-subscription"]!.fields.expires = "31 days";
    const before = cloud.commands.length;
    await assert.rejects(applyTo(cloud), (error: ApplyError) => {
      assert.equal(error.code, "obstacles");
      assert.match(error.message, /topic str-pl-pubsub-topic: key is/);
      return true;
    });
    assert.equal(cloud.commands.length, before);
  });

  it("mends what was changed by hand", async () => {
    const cloud = await applied();
    cloud.there["topic str-pl-pubsub-topic"]!.fields.storage = { regions: [], enforceInTransit: false };
    cloud.there["key europe-west2/str-pl-london-key01"]!.members.splice(0, 1);
    const before = cloud.commands.length;
    await applyTo(cloud);
    assert.deepEqual(
      cloud.commands.slice(before).map((command) => command.split(" ").slice(0, 4).join(" ")),
      ["gcloud beta services identity", "gcloud kms keys add-iam-policy-binding", "gcloud pubsub topics update"],
    );
  });
});

describe("what is given", () => {
  const given = { GIVEN: "keyring,key,network" };

  it("is never made: whoever owns it is told what is missing", async () => {
    const cloud = new ModelledCloud();
    const found = await planOf(cloud, askedFor(given));
    const byHand = found.visits.flatMap(({ resource, differences }) =>
      differences.flatMap((one) => (one.kind === "by hand" ? [resource.kind] : [])),
    );
    assert.deepEqual([...new Set(byHand)].sort(), ["key", "keyring", "network"]);
  });

  it("is used as it is found", async () => {
    const cloud = await applied();
    cloud.there["key europe-west2/str-pl-london-key01"]!.fields.rotation = "31536000s";
    assert.equal(exitCodeOf(await planOf(cloud, askedFor(given))), 0);
    assert.equal(exitCodeOf(await planOf(cloud)), 2);
  });

  it("is held against the rules", async () => {
    const cloud = await applied();
    cloud.there["key europe-west2/str-pl-london-key01"]!.fields.primary = "DISABLED";
    const { verdict } = await planOf(cloud, askedFor(given));
    assert.deepEqual(
      verdict.broken.map(({ rule }) => rule.id),
      ["KEY-4"],
    );
  });
});
