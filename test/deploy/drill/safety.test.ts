import assert from "node:assert/strict";
import { main } from "../../../deploy/drill";
import { confirmed, DrillError, refuseProduction } from "../../../deploy/drill/safety";
import { settingsOf } from "../../../deploy/deployment/settings";
import type { Command } from "../../../deploy/resources/command";

const settings = (given: Record<string, string> = {}) =>
  settingsOf({ PROJECT_ID: "bank-project", DEPLOYMENT: "drill", ...given });
const refused = (code: string) => (error: unknown) => error instanceof DrillError && error.code === code;

describe("what a drill is run on", () => {
  it("is a deployment of its own name", () => {
    refuseProduction(settings(), { env: "test" });
    refuseProduction(settings({ DEPLOYMENT: "product-drill", PROJECT_ID: "reproduce-1" }), { team: "alive" });
    assert.throws(() => refuseProduction(settingsOf({ PROJECT_ID: "bank-project" }), {}), refused("NO_NAME"));
  });

  for (const [given, labels] of [
    [{ DEPLOYMENT: "prod" }, {}],
    [{ DEPLOYMENT: "str-pl-production" }, {}],
    [{ DEPLOYMENT: "drill-prod2" }, {}],
    [{ PROJECT_ID: "bank-prd-1" }, {}],
    [{}, { environment: "PRODUCTION" }],
    [{}, { stage: "live" }],
  ] as const) {
    it(`is never production: ${JSON.stringify({ ...given, ...labels })}`, () => {
      assert.throws(() => refuseProduction(settings(given), labels), refused("PRODUCTION"));
    });
  }

  it("is said by its name", () => {
    confirmed("drill", "drill");
    for (const typed of [undefined, "", "yes", "drill2"])
      assert.throws(() => confirmed("drill", typed), refused("NOT_CONFIRMED"));
  });

  it("is asked for before anything is changed", async () => {
    const asked: Command[] = [];
    const complained: string[] = [];
    const world = {
      ...{ env: {}, settingsFile: "build/drill/none", print: () => {} },
      complain: (text: string) => void complained.push(text),
      run: async (command: Command) => {
        asked.push(command);
        const isProject = command.args[0] === "projects";
        const found = { projectNumber: "1", labels: { env: isProject && asked.length > 2 ? "prod" : "test" } };
        return { code: 0, stdout: JSON.stringify(isProject ? found : []), stderr: "" };
      },
    };
    assert.equal(await main(["drill", "PROJECT_ID=bank-prod", "DEPLOYMENT=drill", "--yes", "drill"], world), 1);
    assert.equal(asked.length, 0, "its own name is enough");
    assert.equal(await main(["drill", "PROJECT_ID=bank-project", "DEPLOYMENT=drill", "--yes", "other"], world), 1);
    assert.match(complained.at(-1)!, /--yes drill/);
    assert.ok(!asked.some(({ args }) => args.some((word) => /^(disable|enable|publish|pull|create)$/.test(word))));
    assert.equal(await main(["drill", "PROJECT_ID=bank-project", "DEPLOYMENT=drill", "--rate", "x"], world), 2);
  });
});
