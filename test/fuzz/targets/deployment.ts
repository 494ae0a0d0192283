/** A deployment file: to its settings, the deployment, its resources, and the flags of its job, which the pipeline must understand. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError } from "../../../deploy/deployment";
import { jobFlags } from "../../../deploy/deployment/job-flags";
import { SETTINGS, type Settings } from "../../../deploy/deployment/settings";
import { askedOf } from "../../../deploy/resources/setup";
import { settingsFrom } from "../../../deploy/settings";
import { parseOptions } from "../../../pipeline/options";
import { UsageError } from "../../../pipeline/usage-error";
import { loadTableSchema } from "../../../schemas/load";
import { SchemaError } from "../../../schemas/schema";
import { type FuzzTarget, mustHold, refusedOr } from "../target";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What a shell takes apart, fills in, or runs: make hands the flags to one without quotes. */
const PLAIN = /^--\w+=[\w.~+%:/@=,-]+$/;

export const deployment: FuzzTarget = {
  name: "deployment",
  sources: /\/deploy\/(?:deployment|rules|settings|resources)|\/pipeline\/options/,
  words: [
    ...Object.keys(SETTINGS).map((name) => `\n${name}=`),
    ...[
      "my-project",
      "article",
      "london",
      "europe-west1",
      "europe-west2-b",
      "yes",
      "hsm",
      "external",
      "https://ekm.example",
      "example.com:p12345",
    ],
    ...[
      "network,key",
      "LOC-1 KEY-2",
      "10.0.0.0/8",
      "export ",
      "# ",
      "projects/p/locations/eu/taxonomies/1/policyTags/2",
      "global",
      "us",
    ],
  ],
  most: 2048,
  run(input) {
    const file = join(folder, "deployment.env");
    writeFileSync(file, input);
    const settings = refusedOr([DeploymentError], () => settingsFrom([], {}, file));
    if (settings instanceof DeploymentError)
      return `${settings.code} ${settings.setting.replace(file, "")}`.slice(0, 40);
    return holdSettings(settings as Settings);
  },
};

function holdSettings(settings: Settings): string {
  for (const [name, { form }] of Object.entries(SETTINGS)) {
    const value = settings[name as keyof Settings];
    mustHold(value === "" || form.test(value), `${name} is not of its form`);
    mustHold(!/[\s"'`$\\;&|<>*?(){}[\]!#^]/.test(value.replaceAll(" ", "")), `${name} has what a shell acts on`);
  }
  const asked = refusedOr([DeploymentError, SchemaError], () => askedOf(settings, BANK, "1.0.0", true));
  const flags = refusedOr([DeploymentError], () => jobFlags(settings, "1.0.0"));
  if (flags instanceof DeploymentError) {
    mustHold(asked instanceof DeploymentError, "what has no job is a deployment");
    return flags.code;
  }
  for (const flag of flags as readonly string[]) mustHold(PLAIN.test(flag), "a flag has what a shell acts on");
  const job = refusedOr([DeploymentError, UsageError], () =>
    parseOptions(["--runner=Dataflow", ...(flags as string[])]),
  );
  if (asked instanceof Error) return `not asked ${(asked as DeploymentError).code}`;
  mustHold(!(job instanceof UsageError), "the pipeline does not understand the flags of the deployment");
  return job instanceof DeploymentError ? `job ${job.code}` : "deployment";
}
