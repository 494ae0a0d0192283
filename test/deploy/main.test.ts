import assert from "node:assert/strict";
import { main } from "../../deploy/main";
import { RULES } from "../../deploy/rules";

/** The exit code, and what was printed and complained of. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await main(argv, {
    env: {},
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
