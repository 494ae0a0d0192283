import assert from "node:assert/strict";
import { ApplyError, apply } from "../../../deploy/change/apply";
import { keyCommands } from "../../../deploy/change/destroy-keys";
import { refuseWhileRunning } from "../../../deploy/change/running-jobs";
import { tearDown, teardownAsText, teardownOf } from "../../../deploy/change/teardown";
import { main } from "../../../deploy/main";
import { type Ask, asking } from "../../../deploy/observe/ask";
import { plan } from "../../../deploy/observe/plan";
import { resourcesOf } from "../../../deploy/resources";
import { shown } from "../../../deploy/resources/command";
import type { Asked } from "../../../deploy/resources/setup";
import type { Run } from "../../../deploy/run";
import { ModelledCloud } from "../modelled-cloud";
import { ARTICLE, askedFor, setupFor } from "../setups";

const noWait = async () => {};
const doing = (run: Run) => ({ run, answers: new Map(), journal: () => {}, progress: () => {}, wait: noWait });
const planOf = (cloud: ModelledCloud, asked: Asked) => plan(asked, asking(cloud.run, noWait), cloud.declare);

async function applied(asked: Asked): Promise<ModelledCloud> {
  const cloud = new ModelledCloud();
  await apply(asked, await planOf(cloud, asked), doing(cloud.run), cloud.declare);
  return cloud;
}

async function takenDown(cloud: ModelledCloud, asked: Asked, deleteData: boolean, run: Run = cloud.run) {
  const taken = teardownOf(await planOf(cloud, asked), deleteData);
  await tearDown(taken, [], doing(run));
  return taken;
}

const titles = (cloud: ModelledCloud) => Object.keys(cloud.there).sort();
const KEEPS = /^(APIs|key ring|key|project|log sink _Default)/;

for (const [profile, given] of Object.entries({ london: {}, article: ARTICLE })) {
  describe(`teardown of the profile ${profile}`, () => {
    const asked = askedFor(given);

    it("with its data leaves keys, APIs and the project, and then has nothing to do", async () => {
      const cloud = await applied(asked);
      await takenDown(cloud, asked, true);
      assert.deepEqual(
        titles(cloud).filter((title) => !KEEPS.test(title)),
        [],
      );
      const again = teardownOf(await planOf(cloud, asked), true);
      assert.deepEqual(
        again.steps.map(({ resource }) => resource.title),
        [],
      );
      assert.match(
        again.stays.map(({ title, why }) => `${title}: ${why}`).join("\n"),
        /key .*Cloud KMS deletes no key/,
      );
    });

    it("without leaves all that holds data, and no grant of the deleted account", async () => {
      const cloud = await applied(asked);
      await takenDown(cloud, asked, false);
      const left = titles(cloud).join("\n");
      for (const kept of ["topic", "subscription", "dataset", "table", "bucket", "log bucket"])
        assert.match(left, new RegExp(`^${kept} `, "m"));
      for (const gone of ["service account", "repository", "network", "log sink str-pl"])
        assert.doesNotMatch(left, new RegExp(`^${gone} `, "m"));
      const members = Object.values(cloud.there).flatMap((there) => there.members);
      assert.deepEqual(
        members.filter((member) => member.includes("str-pl-worker")),
        [],
      );
    });

    it("takes data away last", async () => {
      const { steps } = teardownOf(await planOf(await applied(asked), asked), true);
      const data = steps.map(({ resource: { remove } }) => typeof remove === "object" && remove.data === true);
      assert.ok(data.includes(true));
      assert.ok(data.slice(data.indexOf(true)).every(Boolean));
    });
  });
}

describe("teardown", () => {
  const asked = askedFor();

  it("of nothing does nothing", async () => {
    const made = await planOf(new ModelledCloud(), asked);
    const taken = teardownOf(made, true);
    assert.deepEqual(
      taken.steps.map(({ resource }) => resource.title),
      [],
    );
    assert.match(teardownAsText(made, taken, []), /There is nothing to take away/);
  });

  it("stops, or loses the answer, after every single command, and goes on from there", async () => {
    const whole = await applied(asked);
    const before = whole.commands.length;
    await takenDown(whole, asked, true);
    const count = whole.commands.length - before;
    assert.ok(count > 12);
    for (let at = 0; at < count; at++) {
      const cloud = await applied(asked);
      let changes = 0;
      const lossy: Run = async (command) => {
        const answer = await cloud.run(command);
        const isLost = cloud.isChange(command) && changes++ === at;
        return isLost ? { code: 1, stdout: "", stderr: "ERROR: 503 UNAVAILABLE" } : answer;
      };
      await takenDown(cloud, asked, true, lossy);
      assert.ok(cloud.isAs(whole), `answer ${at} lost`);

      const killed = await applied(asked);
      let left = at;
      const dying: Run = async (command) => {
        if (killed.isChange(command) && left-- === 0) throw new Error("killed");
        return killed.run(command);
      };
      await assert.rejects(takenDown(killed, asked, true, dying), /killed/);
      await takenDown(killed, asked, true);
      assert.ok(killed.isAs(whole), `killed at ${at}`);
    }
  });

  it("leaves what carries another label or none, what it lies in, and what is given", async () => {
    const cloud = await applied(asked);
    cloud.there["table da_streaming_pipeline.cc_account_info"]!.fields.deployment = "another";
    cloud.there["bucket da_streaming_pipeline"]!.fields.deployment = null;
    const { stays } = await takenDown(cloud, askedFor({ GIVEN: "network" }), true);
    const left = titles(cloud).join("\n");
    for (const kept of ["table", "dataset", "bucket", "network", "subnetwork", "firewall rule"])
      assert.match(left, new RegExp(`^${kept} `, "m"));
    const why = new Map(stays.map(({ title, why }) => [title, why]));
    assert.match(why.get("dataset da_streaming_pipeline")!, /table .* stays, and needs it/);
    assert.match(why.get("bucket da_streaming_pipeline")!, /does not carry the label/);
    assert.match(why.get("network str-pl-london")!, /given/);
  });

  it("stops with the command and what the cloud said", async () => {
    const cloud = await applied(asked);
    const refusing: Run = async (command) =>
      shown(command).includes("networks delete")
        ? { code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED: no" }
        : cloud.run(command);
    await assert.rejects(
      takenDown(cloud, asked, true, refusing),
      (error: Error) =>
        error instanceof ApplyError && /networks delete str-pl-london[\s\S]*PERMISSION_DENIED/.test(error.message),
    );
  });

  it("says of every kind how it is taken away, or why it never is", () => {
    const { needed, offered } = resourcesOf(setupFor(ARTICLE));
    for (const { title, remove } of [...needed, ...offered]) assert.ok(remove !== undefined, title);
  });

  it("never has a command that deletes a key or its ring", async () => {
    const taken = teardownOf(await planOf(await applied(asked), asked), true);
    for (const { commands } of taken.steps) for (const one of commands) assert.doesNotMatch(shown(one), /^gcloud kms/);
  });
});

describe("the versions of a key", () => {
  const asked = askedFor();

  it("are scheduled for destruction where the key is named", async () => {
    const cloud = await applied(asked);
    const commands = await keyCommands(await planOf(cloud, asked), ["str-pl-london-key01"], asking(cloud.run, noWait));
    assert.deepEqual(
      commands.map((one) => shown(one).split(" --")[0]),
      [
        "gcloud kms keys remove-rotation-schedule str-pl-london-key01",
        "gcloud kms keys versions destroy 1",
        "gcloud kms keys versions destroy 2",
      ],
    );
  });

  for (const [what, given] of Object.entries({ "another's name": {}, "a given key": { GIVEN: "key" } })) {
    it(`are left alone: ${what}`, async () => {
      const cloud = await applied(asked);
      const made = await planOf(cloud, askedFor(given));
      const name = what === "a given key" ? "str-pl-london-key01" : "str-pl-london-key02";
      await assert.rejects(keyCommands(made, [name], asking(cloud.run, noWait)), /is no key of this deployment's own/);
    });
  }
});

describe("the command teardown", () => {
  /** The project is there, and the caller may look at nothing in it. */
  const nothingSeen: Run = async ({ args }) =>
    args[0] === "projects" && args[1] === "describe"
      ? { code: 0, stdout: '{"projectNumber":"7"}', stderr: "" }
      : { code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED: no" };

  async function run(...argv: string[]) {
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const world = { env: {}, settingsFile: "no such file", print: say, complain: say, wait: noWait, run: nothingSeen };
    return { code: await main(["teardown", ...argv, "PROJECT_ID=bank-project"], world), said };
  }

  it("is an error where nobody could look at what may still be there", async () => {
    const { code, said } = await run("--yes");
    assert.equal(code, 1);
    assert.match(said, /^not observed {2}topic str-pl-pubsub-topic: /m);
  });

  it("takes a key's name from a terminal, or from the command line", async () => {
    const { code, said } = await run("--yes", "--destroy-keys=");
    assert.equal(code, 1);
    assert.match(said, /nobody can be asked here: --destroy-keys KEY/);
  });

  it("names the keys that are the deployment's own where another is named", async () => {
    const { code, said } = await run("--yes", "--destroy-keys=another");
    assert.equal(code, 1);
    assert.match(said, /another is no key of this deployment's own: it has none/);
  });
});

describe("a teardown under a job", () => {
  const job = { id: "1", name: setupFor().deployment.jobName, location: "europe-west2" };
  const asked = (answer: object) => refuseWhileRunning(setupFor(), async () => answer as never);
  const trouble = (kind: string) => ({ trouble: { kind, said: "no" } });

  it("is refused while one of the deployment's runs, or where nobody may see", async () => {
    const running: Ask = async ({ args }) => ({ answer: args.includes("list") ? [job] : job });
    await assert.rejects(
      refuseWhileRunning(setupFor(), running),
      /nothing is taken away while this runs: .*drain it first/,
    );
    await assert.rejects(asked(trouble("forbidden")), /whether a job still runs is not observed: no/);
  });

  it("goes on where none runs, or Dataflow is off", async () => {
    await asked({ answer: [] });
    await asked(trouble("api off"));
  });
});
