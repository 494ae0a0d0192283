#!/usr/bin/env -S npx ts-node
/** The commands that prove: audit, audit-diff, verify-attestation. None of them changes the cloud. Exit codes: 0 it holds, 1 it does not, 2 something changed, or a command line that cannot be run. */
import { readFileSync } from "node:fs";
import yargs from "yargs";
import { loadTableSchema } from "../schemas/load";
import { SchemaError } from "../schemas/schema";
import { kmsSigner, SigningError } from "./attest/kms-key";
import { localSigner } from "./attest/local-key";
import { CHECKS, AttestationError, verifyAttestation } from "./attest/verify";
import type { Signer } from "./attest/dsse";
import type { World } from "./cli";
import { DeploymentError } from "./deployment";
import { pause } from "./observe/ask";
import { audit } from "./observe/audit/audit";
import { driftAsText, driftOf } from "./observe/audit/drift";
import { everyRuleHolds } from "./observe/audit/model";
import { auditAsText } from "./observe/audit/print";
import { ProjectNotObserved } from "./observe/read";
import { AUDITS, lastAudit, NoAudit, readAudit, writeAudit } from "./proof/files";
import { askedOf } from "./resources/setup";
import { runner, ToolMissing } from "./run";
import { packageVersion, settingsFrom } from "./settings";

const COMMANDS = ["audit", "audit-diff", "verify-attestation"] as const;

const SETTINGS = { array: true, string: true, default: [] as string[], describe: "NAME=value, as in .env" } as const;
const text = (describe: string) => ({ string: true, describe }) as const;

const parser = (argv: readonly string[]) =>
  yargs(argv as string[])
    .scriptName("deploy/proof.ts")
    .usage("$0 COMMAND [options]")
    .parserConfiguration({ "camel-case-expansion": false, "parse-numbers": false })
    .command(
      "audit [settings..]",
      "what the cloud says of every place and key: report, evidence, attestation",
      (audit) =>
        audit
          .positional("settings", SETTINGS)
          .option("watch", text("again every so many seconds, and say what changed"))
          .option("sign-key", text("…/cryptoKeyVersions/N of Cloud KMS; without it a key of this machine signs"))
          .option("audits", text(`where audits are kept; ${AUDITS} unless said`))
          .option("stand-in", text("what is asked in place of Google Cloud: it is named in every headline")),
    )
    .command("audit-diff <a> <b>", "what changed between two audits, by their folders", (diff) =>
      diff.positional("a", { type: "string" }).positional("b", { type: "string" }),
    )
    .command("verify-attestation <file>", "who signed what: five checks, and nothing is fetched", (verify) =>
      verify
        .positional("file", { type: "string" })
        .option("key", { ...text("the public key that is trusted, a PEM file"), demandOption: true })
        .option("subject", { ...SETTINGS, describe: "sha256:… that must be attested" }),
    )
    .demandCommand(1, 1, `give a command: ${COMMANDS.join(", ")}`, "one command at a time")
    .strict()
    .strictCommands()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
    });

/** A command line that cannot be run. */
class UsageError extends Error {}

/** Errors whose message is for whoever runs this. */
const SAID = [
  ...[UsageError, DeploymentError, SchemaError, ProjectNotObserved, ToolMissing],
  ...[AttestationError, SigningError, NoAudit],
];

interface Parsed {
  readonly _: readonly string[];
  readonly settings?: readonly string[];
  readonly [flag: string]: unknown;
}
type Handler = (parsed: Parsed, world: World) => Promise<number>;

const HANDLERS: Readonly<Record<(typeof COMMANDS)[number], Handler>> = {
  audit: auditCommand,
  "audit-diff": auditDiffCommand,
  "verify-attestation": verifyAttestationCommand,
};

/** Runs one command line. Answers the exit code: 2 where it cannot be run. */
export async function main(argv: readonly string[], world: World = thisMachine()): Promise<number> {
  if (argv.includes("--help")) {
    parser([]).showHelp("log");
    return 0;
  }
  try {
    const parsed = parser(argv).parseSync() as unknown as Parsed;
    return await HANDLERS[parsed._[0] as keyof typeof HANDLERS](parsed, world);
  } catch (error) {
    if (!(error instanceof Error) || !SAID.some((kind) => error instanceof kind)) throw error;
    const code = error instanceof AttestationError ? ` [${error.code}]` : "";
    world.complain(`${error.message}${code}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function thisMachine(): World {
  return {
    env: process.env,
    run: runner(),
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
  };
}

/** 0 where every rule holds, else 1; of a watch, what the last one ended with. */
async function auditCommand(parsed: Parsed, world: World): Promise<number> {
  const seconds = parsed.watch === undefined ? undefined : Number(parsed.watch);
  if (seconds !== undefined && !(seconds > 0)) throw new UsageError(`--watch ${parsed.watch} is no number of seconds`);
  for (;;) {
    const code = await auditOnce(parsed, world);
    if (seconds === undefined) return code;
    await (world.wait ?? pause)(seconds * 1000);
  }
}

async function auditOnce(parsed: Parsed, world: World): Promise<number> {
  const settings = settingsFrom(parsed.settings ?? [], world.env, world.settingsFile);
  const asked = askedOf(settings, loadTableSchema(settings.SCHEMA), packageVersion());
  const signer = await signerOf(parsed["sign-key"] as string | undefined, world);
  const audits = (parsed.audits as string | undefined) ?? AUDITS;
  const before = lastAudit(audits);
  const now = await audit(asked, world, parsed["stand-in"] as string | undefined);
  const comparable = before?.deployment === now.deployment && before.project === now.project;
  const made = { ...now, drift: comparable ? driftOf(before, now) : null };
  const { folder, noPdf } = await writeAudit(made, signer, packageVersion(), audits);
  world.print(auditAsText(made));
  if (made.drift !== null) world.print(driftAsText(made.drift));
  world.print(`${folder}: report.html, attestation.json signed by ${signer.keyid}\n`);
  if (noPdf !== undefined) world.complain(`no report.pdf: ${noPdf}\n`);
  return everyRuleHolds(made) ? 0 : 1;
}

async function signerOf(keyVersion: string | undefined, { run }: World): Promise<Signer> {
  return keyVersion === undefined ? localSigner() : await kmsSigner(keyVersion, run);
}

/** 0 nothing changed, 2 something did, as a plan has it. */
async function auditDiffCommand({ a, b }: Parsed, { print }: World): Promise<number> {
  const drift = driftOf(readAudit(String(a)), readAudit(String(b)));
  print(driftAsText(drift));
  return drift.changes.length === 0 ? 0 : 2;
}

/** 0 where all five checks pass. Throws AttestationError. */
async function verifyAttestationCommand({ file, key, subject }: Parsed, { print }: World): Promise<number> {
  const trust = { publicKey: contentOf(String(key), "KEY"), subjects: subject as readonly string[] };
  const { subject: subjects, predicate } = verifyAttestation(contentOf(String(file), "ENVELOPE"), trust);
  const { signedBy, observedAt, observedBy, result, rules, standIn } = predicate;
  const good = rules.filter(({ outcome }) => outcome === "holds" || outcome === "accepted").length;
  print(`${CHECKS.map((check) => `✓ ${check}`).join("\n")}\n\n`);
  if (standIn !== null) print(`A REHEARSAL: ${standIn} was asked, not Google Cloud\n`);
  print(`signed by ${signedBy.keyid}${signedBy.keyVersion === undefined ? "" : `, ${signedBy.keyVersion}`}\n`);
  print(`observed at ${observedAt} by ${observedBy}: ${result}, ${good} of ${rules.length} hold\n\n`);
  print(subjects.map(({ name, digest }) => `${name}\n  sha256:${digest.sha256}\n`).join(""));
  return 0;
}

function contentOf(file: string, code: "KEY" | "ENVELOPE"): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new AttestationError(code, `${file} cannot be read`);
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
