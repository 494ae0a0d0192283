#!/usr/bin/env -S npx ts-node
/** The commands that prove: audit, audit-diff, verify-attestation, verify-image. None of them changes the cloud. Exit codes: 0 it holds, 1 it does not, 2 something changed, or a command line that cannot be run. */
import { readFileSync } from "node:fs";
import { pinnedImage, ProvenanceError, SIGNER, verifyProvenance } from "./attest/image";
import { provenanceAsText } from "./attest/image-text";
import { kmsSigner, publicKeyOf, SigningError } from "./attest/kms-key";
import { localSigner } from "./attest/local-key";
import { CHECKS, AttestationError, verifyAttestation } from "./attest/verify";
import type { Signer } from "./attest/dsse";
import {
  commandLine,
  type Given,
  runIfMain,
  settingsOfLine,
  text,
  secondsOf,
  withSettings,
  type World,
} from "./command-line";
import { asking, pause } from "./observe/ask";
import { audit } from "./observe/audit/audit";
import { driftAsText, driftOf } from "./observe/audit/drift";
import { everyRuleHolds } from "./observe/audit/model";
import { auditAsText } from "./observe/audit/print";
import { ProjectNotObserved } from "./observe/read";
import { AUDITS, lastAudit, NoAudit, readAudit, writeAudit } from "./proof/files";
import { gcloud } from "./resources/command";
import { askedFor, packageVersion } from "./settings";

/** 0 where every rule holds, else 1; of a watch, what the last one ended with. */
async function auditCommand(given: Given, world: World): Promise<number> {
  const seconds = secondsOf(given, "watch");
  for (;;) {
    const code = await auditOnce(given, world);
    if (seconds === undefined) return code;
    await (world.wait ?? pause)(seconds * 1000);
  }
}

async function auditOnce(given: Given, world: World): Promise<number> {
  const asked = askedFor(settingsOfLine(given), world);
  const signer = await signerOf(given["sign-key"] as string | undefined, world);
  const audits = (given.audits as string | undefined) ?? AUDITS;
  const before = lastAudit(audits);
  const now = await audit(asked, world, given["stand-in"] as string | undefined);
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
async function auditDiffCommand({ a, b }: Given, { print }: World): Promise<number> {
  const drift = driftOf(readAudit(String(a)), readAudit(String(b)));
  print(driftAsText(drift));
  return drift.changes.length === 0 ? 0 : 2;
}

/** 0 where all five checks pass. Throws AttestationError. */
async function verifyAttestationCommand({ file, key, subject }: Given, { print }: World): Promise<number> {
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

/** 0 where Google signed that this very image was built as `make worker-images` builds. Throws ProvenanceError. */
async function verifyImageCommand(
  { image: text, key, revision, source }: Given,
  { run, print }: World,
): Promise<number> {
  const image = pinnedImage(String(text));
  const publicKey = key === undefined ? await publicKeyOf(SIGNER, run) : contentOf(String(key), "KEY");
  const found = await asking(run)(
    gcloud("artifacts docker images describe", { format: "json", "show-provenance": true }, image.text),
  );
  if (!("answer" in found))
    throw new ProvenanceError("NONE", `${image.text} cannot be asked for: ${found.trouble.said}`);
  const wanted = { publicKey, revision: revision as string | undefined, source: source as string | undefined };
  print(provenanceAsText(verifyProvenance(found.answer, image, wanted), publicKey));
  return 0;
}

export const main = commandLine(
  "deploy/proof.ts",
  [
    {
      words: "audit [settings..]",
      describe: "what the cloud says of every place and key: report, evidence, attestation",
      options: (argv) =>
        withSettings(argv)
          .option("watch", text("again every so many seconds, and say what changed"))
          .option("sign-key", text("…/cryptoKeyVersions/N of Cloud KMS; without it a key of this machine signs"))
          .option("audits", text(`where audits are kept; ${AUDITS} unless said`))
          .option("stand-in", text("what is asked in place of Google Cloud: it is named in every headline")),
      run: auditCommand,
    },
    {
      words: "audit-diff <a> <b>",
      describe: "what changed between two audits, by their folders",
      options: (argv) => argv.positional("a", { type: "string" }).positional("b", { type: "string" }),
      run: auditDiffCommand,
    },
    {
      words: "verify-attestation <file>",
      describe: "who signed what: five checks, and nothing is fetched",
      options: (argv) =>
        argv
          .positional("file", { type: "string" })
          .option("key", { ...text("the public key that is trusted, a PEM file"), demandOption: true })
          .option("subject", { ...text("sha256:… that must be attested"), array: true, default: [] }),
      run: verifyAttestationCommand,
    },
    {
      words: "verify-image <image>",
      describe: "by what Cloud Build signed: who built it, where, of what",
      options: (argv) =>
        argv
          .positional("image", { type: "string", describe: "REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…" })
          .option(
            "key",
            text("Cloud Build's public key, a PEM file that you keep; without it Cloud KMS is asked for it"),
          )
          .option("revision", text("the commit that the build must name"))
          .option("source", text("gs://…/: where its sources must come from")),
      run: verifyImageCommand,
    },
  ],
  [ProjectNotObserved, AttestationError, SigningError, NoAudit, ProvenanceError],
);

runIfMain(module, main);
