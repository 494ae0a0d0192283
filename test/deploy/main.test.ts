import assert from "node:assert/strict";
import { main } from "../../deploy/main";
import { RULES } from "../../deploy/rules";

/** The exit code, and what was printed and complained of. */
function run(...argv: string[]): { code: number; out: string; err: string } {
  const written: Record<"out" | "err", string> = { out: "", err: "" };
  const write = process.stderr.write;
  process.stderr.write = ((text: string) => {
    written.err += text;
    return true;
  }) as typeof write;
  try {
    const code = main(argv, (text) => {
      written.out += text;
    });
    return { code, ...written };
  } finally {
    process.stderr.write = write;
  }
}

describe("deploy/main.ts", () => {
  it("rules lists every rule with its reason, source and mend", () => {
    const { code, out, err } = run("rules");
    assert.deepEqual([code, err], [0, ""]);
    for (const { id, reason, source, mend } of RULES) {
      assert.ok(out.includes(`${id}  ${reason}\n  source: ${source}\n  mend: ${mend}\n`), id);
    }
  });

  it("rules --json lists the same for programs", () => {
    const { code, out } = run("rules", "--json");
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(out),
      RULES.map(({ id, reason, source, mend }) => ({ id, reason, source, mend })),
    );
  });

  for (const argv of [[], ["rule"], ["rules", "--yaml"], ["rules", "all"], ["rules", "rules"], ["--json"]]) {
    it(`refuses in one line: ${argv.join(" ") || "nothing at all"}`, () => {
      const { code, out, err } = run(...argv);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /^[^\n]+\n$/);
    });
  }
});
