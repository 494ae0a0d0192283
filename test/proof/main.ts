/**
 * `make demo-proof`: a deployment is applied, a job submitted, audited, reported, attested and verified, in a fake cloud on this machine; then
 * five things are moved behind its back, and each has to be found by name. Ends with 0 only where all of that is so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main as deploy } from "../../deploy/main";
import type { Audit } from "../../deploy/observe/audit/model";
import { openPoints } from "../../deploy/observe/audit/model";
import { main as prove } from "../../deploy/proof";
import { AUDITS } from "../../deploy/proof/files";
import { type Run, runner, ToolMissing } from "../../deploy/run";
import { MissingTool } from "../support/emulators/process";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { MOVED } from "./moved";
import { submitInto } from "./submitted";

const LATEST = join(AUDITS, "latest");
const STAND_IN = "a fake cloud on this machine";

/** It did not end as it must. */
class Failed extends Error {}

async function demo(cloud: FakeCloud): Promise<void> {
  const run = runner({ ...process.env, ...cloud.env });
  const settings = [`PROJECT_ID=${cloud.project}`];
  const audit = () => command(run, prove, ["audit", ...settings, "--stand-in", STAND_IN]);
  const verify = (file: string) =>
    command(run, prove, ["verify-attestation", file, "--key", join(LATEST, "attestation.pub.pem")]);

  headline("apply");
  expect(await command(run, deploy, ["apply", "--yes", ...settings]), 0, "apply");
  headline("submit a job, to stand-ins of Dataflow and Cloud Storage; its job and files are put into the fake cloud");
  const job = await submitInto(cloud, run);
  headline("audit, report, attest");
  expect(await audit(), 0, "the audit");
  headline("verify the attestation");
  expect(await verify(join(LATEST, "attestation.json")), 0, "the verification");
  headline("verify it with one byte changed");
  const changed = join(LATEST, "attestation-changed.json");
  writeFileSync(changed, oneByteChanged(readFileSync(join(LATEST, "attestation.json"))));
  expect(await verify(changed), 1, "the verification of a changed attestation");

  headline(`moved behind its back: ${MOVED.map(({ what }) => what).join(", ")}`);
  for (const { move } of MOVED) move(cloud, job);
  expect(await audit(), 1, "the audit of what was moved");
  const found = openPoints(JSON.parse(readFileSync(join(LATEST, "audit.json"), "utf8")) as Audit).flatMap(
    (one) => one.found,
  );
  for (const { what, said } of MOVED) {
    const by = found.find((one) => one.includes(said(job)));
    if (by === undefined) throw new Failed(`nobody found ${what}`);
    console.log(`found: ${what}\n  ${by}`);
  }
}

/** In the middle of what is signed. */
function oneByteChanged(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const at = Math.floor(bytes.length / 2);
  changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
  return changed;
}

type Main = (
  argv: readonly string[],
  world: {
    env: NodeJS.ProcessEnv;
    run: Run;
    print: (text: string) => void;
    complain: (text: string) => void;
    settingsFile: string;
  },
) => Promise<number>;

/** Neither the caller's settings nor their .env belong in a fake. */
async function command(run: Run, main: Main, argv: readonly string[]): Promise<number> {
  const print = (text: string) => void process.stdout.write(text);
  console.log(`$ ${argv.join(" ")}\n`);
  return await main(argv, { env: {}, run, print, complain: print, settingsFile: "build/audit/no.env" });
}

function headline(what: string): void {
  console.log(`\n===== in a FAKE CLOUD: ${what} =====\n`);
}

function expect(code: number, wanted: number, what: string): void {
  if (code !== wanted) throw new Failed(`${what} ended with ${code}, not ${wanted}`);
}

async function start(): Promise<number> {
  try {
    const cloud = await startFakeCloud();
    try {
      await demo(cloud);
      headline("the end: all that was moved was found");
      console.log(`the report: ${LATEST}/report.html`);
      return 0;
    } finally {
      await cloud.stop();
    }
  } catch (error) {
    const kinds = [MissingTool, ToolMissing, Failed];
    if (!(error instanceof Error) || !kinds.some((kind) => error instanceof kind)) throw error;
    console.error(`\nthe proof stops in the FAKE CLOUD: ${error.message}`);
    return 1;
  }
}

void start().then((code) => {
  process.exitCode = code;
});
