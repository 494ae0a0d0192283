import assert from "node:assert/strict";
import { main } from "../../deploy/main";
import { RULES } from "../../deploy/rules";
import type { Run } from "../../deploy/run";

/** The exit code, and what was printed and complained of. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await main(argv, {
    env: {},
    settingsFile: "no such file",
    run: () => Promise.reject(new Error("nothing is to be run")),
    print: (text) => {
      written.out += text;
    },
    complain: (text) => {
      written.err += text;
    },
  });
  return { code, ...written };
}

describe("deploy/main.ts", () => {
  it("rules lists every rule with its reason, source and mend", async () => {
    const { code, out, err } = await run("rules");
    assert.deepEqual([code, err], [0, ""]);
    for (const { id, reason, source, mend } of RULES) {
      assert.ok(out.includes(`${id}  ${reason}\n  source: ${source}\n  mend: ${mend}\n`), id);
    }
  });

  it("rules --json lists the same for programs", async () => {
    const { code, out } = await run("rules", "--json");
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(out),
      RULES.map(({ id, reason, source, mend }) => ({ id, reason, source, mend })),
    );
  });

  for (const argv of [[], ["rule"], ["rules", "--yaml"], ["rules", "all"], ["rules", "rules"], ["--json"]]) {
    it(`refuses in one line: ${argv.join(" ") || "nothing at all"}`, async () => {
      const { code, out, err } = await run(...argv);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /^[^\n]+\n$/);
    });
  }
});

describe("plan, apply and verify", () => {
  /** The project is there, and the caller may look at nothing in it. */
  const nothingSeen: Run = async ({ args }) =>
    args[0] === "projects" && args[1] === "describe"
      ? { code: 0, stdout: '{"projectNumber":"7"}', stderr: "" }
      : { code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED: no" };

  async function deploy(how: Run, ...argv: string[]) {
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const world = { env: {}, settingsFile: "no such file", print: say, complain: say, wait: async () => {} };
    const code = await main(argv, { ...world, run: how });
    return { code, said };
  }
  const nothingRun: Run = () => Promise.reject(new Error("nothing is to be run"));

  for (const command of ["plan", "apply", "verify"]) {
    it(`${command} wants a project`, async () => {
      const { code, said } = await deploy(nothingRun, command);
      assert.deepEqual([code, said], [1, "PROJECT_ID is not given: say which project\n"]);
    });

    it(`${command} never takes for missing what the caller may not see`, async () => {
      const { code, said } = await deploy(nothingSeen, command, "PROJECT_ID=bank-project");
      assert.equal(code, 1);
      assert.match(said, /^not observed +topic str-pl-pubsub-topic: ERROR: PERMISSION_DENIED: no$/m);
      assert.ok(!/^(missing|gcloud pubsub)/m.test(said));
    });

    it(`${command} says in one line where the project cannot be seen`, async () => {
      const denied: Run = async () => ({ code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED: no" });
      const { code, said } = await deploy(denied, command, "PROJECT_ID=bank-project");
      assert.deepEqual([code, said], [1, "project bank-project: ERROR: PERMISSION_DENIED: no\n"]);
    });
  }

  for (const command of ["plan", "apply"]) {
    it(`${command} calls nothing while names break a rule`, async () => {
      const { code, said } = await deploy(nothingRun, command, "PROJECT_ID=bank-project", "ZONE=europe-west3-a");
      assert.equal(code, 1);
      assert.match(said, /^LOC-1 .*\n.*\n.*\n {2}ACCEPT=LOC-1 takes it knowingly$/m);
    });
  }
});
