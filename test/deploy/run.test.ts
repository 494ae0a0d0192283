/** How gcloud and bq are started: as a user has them, against the fake cloud; and what bq need not ask again. */
import assert from "node:assert/strict";
import { bq, type Command, gcloud, shown } from "../../deploy/resources/command";
import { runner, type Start, spawned, ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { APIS, fakeCloudFor } from "../support/fake-cloud/client";
import { warm } from "../support/fake-cloud/warm/warm";
import { skipFor } from "../support/skip";

const SHOW = bq({ project_id: "p", format: "json" }, "show", { dataset: true }, "p:d");

const TOKENS = ["auth print-access-token", "auth print-refresh-token"] as const;

describe("what bq asks of gcloud", () => {
  /** Answers by a command's words; what was started, and bq's environments. */
  function cloud(
    answers: Record<string, { code?: number; stdout?: string; stderr?: string }>,
    env: NodeJS.ProcessEnv = {},
  ) {
    const started: string[] = [];
    const given: NodeJS.ProcessEnv[] = [];
    const start: Start = async (command, env) => {
      started.push(shown(command));
      if (command.tool === "bq") given.push(env);
      return { code: 0, stdout: "", stderr: "", ...answers[command.args.join(" ")] };
    };
    return { run: runner({ PATH: "/usr/bin", ...env }, start), started, given };
  }
  const ANSWERS = {
    "config list --format=json": { stdout: '{"core": {}}\n' },
    "auth print-access-token": { stdout: "token\n" },
    "auth print-refresh-token": { code: 1, stderr: "ERROR: no refresh token\n" },
  };

  it("is asked once for all its commands, and of nobody where only gcloud runs", async () => {
    const { run, started, given } = cloud(ANSWERS);
    await run(gcloud("services list", {}));
    assert.deepEqual(started, ["gcloud services list"]);
    await Promise.all([run(SHOW), run(SHOW)]);
    await run(SHOW);
    assert.equal(started.filter((words) => words.startsWith("gcloud")).length, 4, started.join("\n"));
    for (const { FOR_BQ_CONFIG, FOR_BQ_ACCESS_TOKEN, FOR_BQ_NO_REFRESH_TOKEN, FOR_BQ_PATH } of given)
      assert.deepEqual(
        [FOR_BQ_CONFIG, FOR_BQ_ACCESS_TOKEN, FOR_BQ_NO_REFRESH_TOKEN, FOR_BQ_PATH],
        ['{"core": {}}', "token", "ERROR: no refresh token", "/usr/bin"],
      );
  });

  it("is left to bq where gcloud fails, has more to say, or has a refresh token, which is not kept", async () => {
    const { run, given } = cloud({
      "config list --format=json": { code: 1 },
      "auth print-access-token": { stdout: "token\n", stderr: "WARNING: soon over\n" },
      "auth print-refresh-token": { stdout: "refresh-token\n" },
    });
    await run(SHOW);
    const { FOR_BQ_CONFIG, FOR_BQ_ACCESS_TOKEN, FOR_BQ_NO_REFRESH_TOKEN } = given[0]!;
    assert.deepEqual([FOR_BQ_CONFIG, FOR_BQ_ACCESS_TOKEN, FOR_BQ_NO_REFRESH_TOKEN], [undefined, undefined, undefined]);
    assert.doesNotMatch(JSON.stringify(given), /refresh-token/);
  });

  for (const [what, config, asked] of [
    ["is its own answer where a token is given", {}, []],
    [
      "is asked for where that is only to act as somebody else",
      { auth: { impersonate_service_account: "x@y" } },
      TOKENS,
    ],
  ] as const) {
    it(`bq's access token ${what}`, async () => {
      const started: string[] = [];
      let given: NodeJS.ProcessEnv = {};
      const start: Start = async ({ tool, args }, env) => {
        started.push(args.join(" "));
        if (tool === "bq") given = env;
        const stdout =
          { "config list --format=json": JSON.stringify(config), [TOKENS[0]]: "another" }[args.join(" ")] ?? "";
        return { code: 0, stdout, stderr: "" };
      };
      await runner({ CLOUDSDK_AUTH_ACCESS_TOKEN: "given" }, start)(SHOW);
      assert.deepEqual(started.slice(1, -1), asked);
      assert.equal(given.FOR_BQ_ACCESS_TOKEN, asked.length === 0 ? "given" : "another");
    });
  }

  it("a service account is asked for no refresh token", async () => {
    const started: string[] = [];
    const config = { core: { account: "a@p.iam.gserviceaccount.com" } };
    const start: Start = async ({ args }) => {
      started.push(args.join(" "));
      return { code: 0, stdout: args[0] === "config" ? JSON.stringify(config) : "", stderr: "" };
    };
    await runner({}, start)(SHOW);
    assert.deepEqual(started.slice(1, -1), [TOKENS[0]]);
  });
});

if (isFirstNode) {
  describe("gcloud and bq as a user has them started", function () {
    this.timeout(600_000);

    it("ask the same, answer the same and fail the same as in the forks that the other tests use", async function () {
      const cloud = await fakeCloudFor(this, { enabled: APIS });
      try {
        const { project } = cloud;
        const commands: Command[] = [
          gcloud("pubsub topics create", { project, labels: "a=b" }, "topic"),
          gcloud("pubsub topics list", { project, format: "json" }),
          gcloud("pubsub topics get-iam-policy", { project, format: "json" }, "none"),
          bq({ project_id: project, location: "europe-west2" }, "mk", { dataset: true }, `${project}:d`),
          bq({ project_id: project, format: "json" }, "show", { dataset: true }, `${project}:d`),
          bq({ project_id: project, format: "json" }, "show", { dataset: true }, `${project}:none`),
        ];
        const told = [];
        for (const start of [spawned, warm]) {
          const run = runner({ ...process.env, ...cloud.env }, start);
          const from = cloud.requests.length;
          const answers = [];
          for (const command of commands) answers.push(await run(command));
          const asked = cloud.requests.slice(from).map(({ method, url, body }) => ({ method, url, body }));
          told.push({ asked, answers: answers.map(timeless) });
          cloud.state.pubsub.topics.remove(`projects/${project}/topics/topic`);
          cloud.state.bigquery.datasets.remove(`${project}:d`);
        }
        assert.deepEqual(
          told[0]!.answers.map(({ code }) => code),
          [0, 0, 1, 0, 0, 2],
          JSON.stringify(told[0]!.answers),
        );
        assert.deepEqual(told[1], told[0]);
      } catch (error) {
        if (error instanceof ToolMissing) skipFor(this, new MissingTool("gcloud and bq are run", error.message));
        throw error;
      } finally {
        await cloud.stop();
      }
    });
  });
}

const timeless = ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
  code,
  said: (stdout + stderr).replaceAll(/"(etag|creationTime|lastModifiedTime)": ?"[^"]*"/g, ""),
});
