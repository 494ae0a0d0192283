import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/proof";
import { type Answers, allWell, answering, DIGEST } from "./answers";

describe("the commands that prove", function () {
  this.timeout(180_000);
  let [audits, path]: [string, string | undefined] = ["", ""];
  before(() => {
    audits = mkdtempSync(join(tmpdir(), "audits-"));
    // Without a chromium the rest is written all the same, and quickly.
    path = process.env.PATH;
    process.env.PATH = "";
  });
  after(() => {
    process.env.PATH = path;
    rmSync(audits, { recursive: true, force: true });
  });

  async function run(argv: readonly string[], change: (answers: Answers) => void = () => {}) {
    const answers = allWell();
    change(answers);
    const said = { out: "", err: "" };
    const world = {
      env: { PROJECT_ID: "bank-project" },
      settingsFile: join(audits, "none"),
      run: answering(answers),
      print: (text: string) => {
        said.out += text;
      },
      complain: (text: string) => {
        said.err += text;
      },
      wait: async () => {},
    };
    return { code: await main(argv, world), ...said };
  }
  const audit = (change?: (answers: Answers) => void) =>
    run(["audit", "--audits", audits, "--stand-in", "a fake"], change);
  const latest = (file: string) => join(audits, "latest", file);

  it("audit: leaves all its files, names the stand-in, and ends well where every rule holds", async () => {
    const { code, out, err } = await audit();
    assert.equal(code, 0, out + err);
    assert.match(out, /^A REHEARSAL: a fake was asked/);
    assert.match(out, /every rule holds/);
    assert.match(err, /no report.pdf: chromium/);
    const files = readdirSync(join(audits, readlinkSync(join(audits, "latest")))).sort();
    const some = [
      "attestation.json",
      "attestation.pub.pem",
      "audit.json",
      "audit.sarif",
      "observations.json",
      "report.html",
    ];
    assert.deepEqual(files, some);
  });

  it("audit: the second says what changed since the first, and ends badly where a rule is broken", async () => {
    const { code, out } = await audit((all) => (all["bq show"].location = "EU"));
    assert.equal(code, 1);
    assert.match(out, /table da_streaming_pipeline.cc_account_info: place\n {4}was europe-west2\n {4}is {2}eu/);
    assert.ok(existsSync(latest("drift.txt")));
    const { runs } = JSON.parse(readFileSync(latest("audit.sarif"), "utf8"));
    assert.ok(runs[0].results.some(({ ruleId, level }: Answers) => ruleId === "AUD-1" && level === "error"));
  });

  it("audit-diff: says what is different, and that nothing is", async () => {
    const [first, second] = readdirSync(audits)
      .filter((name) => name !== "latest")
      .sort();
    assert.equal((await run(["audit-diff", join(audits, first!), join(audits, second!)])).code, 2);
    assert.equal((await run(["audit-diff", join(audits, first!), join(audits, first!)])).code, 0);
    const { code, err } = await run(["audit-diff", audits, audits]);
    assert.deepEqual([code, /is no audit/.test(err)], [1, true]);
  });

  it("verify-attestation: says who signed what, and refuses by the check that fails", async () => {
    const [file, key] = [latest("attestation.json"), latest("attestation.pub.pem")];
    const good = await run(["verify-attestation", file, "--key", key, "--subject", DIGEST]);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /✓ signature.*A REHEARSAL.*signed by local:sha256:.*FAILED/s);
    const other = await run(["verify-attestation", file, "--key", key, "--subject", "sha256:0"]);
    assert.deepEqual([other.code, /\[SUBJECT\]/.test(other.err)], [1, true]);
    writeFileSync(join(audits, "changed.json"), readFileSync(file, "utf8").replace("local:", "locaI:"));
    const changed = await run(["verify-attestation", join(audits, "changed.json"), "--key", key]);
    assert.deepEqual([changed.code, /\[SIGNATURE\]/.test(changed.err)], [1, true]);
    const none = await run(["verify-attestation", join(audits, "none"), "--key", key]);
    assert.deepEqual([none.code, /\[ENVELOPE\]/.test(none.err)], [1, true]);
  });

  it("audit --watch: asks again, and says what changed in between", async () => {
    const answers = allWell();
    let [out, waits] = ["", 0];
    const enough = new Error("enough");
    const world = {
      env: { PROJECT_ID: "bank-project" },
      settingsFile: join(audits, "none"),
      // What is there is looked up anew each time.
      run: (command: Parameters<ReturnType<typeof answering>>[0]) => answering(answers)(command),
      print: (text: string) => {
        out += text;
      },
      complain: () => {},
      wait: async (ms: number) => {
        assert.equal(ms, 60_000);
        if (++waits === 2) throw enough;
        answers["kms keys list"][0].primary.name = answers["kms keys list"][0].primary.name.replace(/2$/, "3");
      },
    };
    const watched = join(audits, "watched");
    await assert.rejects(main(["audit", "--audits", watched, "--watch", "60"], world), enough);
    assert.match(out, /primary version\n {4}was 2\n {4}is {2}3/);
  });

  it("refuses a command line that cannot be run", async () => {
    for (const argv of [[], ["audits"], ["audit", "--watch", "soon"], ["verify-attestation", "f"]]) {
      assert.equal((await run(argv)).code, 2, argv.join(" "));
    }
  });
});
