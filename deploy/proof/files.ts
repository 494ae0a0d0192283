/** What an audit leaves behind: a folder of its own, named by its time, and `latest`, which is the last one. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { writeOutput } from "../files/output";
import { envelopeAsText, seal, type Signer } from "../attest/dsse";
import { statementOf } from "../attest/statement";
import { driftAsText } from "../observe/audit/drift";
import type { Audit } from "../observe/audit/model";
import { sarifOf } from "../observe/audit/sarif";
import { printToPdf } from "../report/pdf";
import { reportOf } from "../report/report";

export const AUDITS = "build/audit";

/** No audit lies there. */
export class NoAudit extends Error {}

/** `where`: an audit's folder, or its audit.json. Throws NoAudit. */
export function readAudit(where: string): Audit {
  const file = where.endsWith(".json") ? where : join(where, "audit.json");
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Audit;
  } catch {
    throw new NoAudit(`${file} is no audit: give a folder below ${AUDITS}`);
  }
}

export function lastAudit(audits = AUDITS): Audit | undefined {
  const file = join(audits, "latest", "audit.json");
  return existsSync(file) ? readAudit(file) : undefined;
}

export interface Written {
  readonly folder: string;
  /** Why there is no PDF. */
  readonly noPdf: string | undefined;
}

/** The data first, `latest` last: a kill leaves no half of an audit as the last one. */
export async function writeAudit(audit: Audit, signer: Signer, version: string, audits = AUDITS): Promise<Written> {
  const name = audit.observedAt.replaceAll(":", "-");
  const folder = join(audits, name);
  mkdirSync(folder, { recursive: true });
  const write = (file: string, text: string) => writeOutput(join(folder, file), text);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  write("audit.json", json(audit));
  write("observations.json", json(audit.observations));
  write("audit.sarif", json(sarifOf(audit, version)));
  if (audit.drift !== null) write("drift.txt", driftAsText(audit.drift));
  write("report.html", reportOf(audit));
  write("attestation.json", envelopeAsText(await seal(statementOf(audit, signer, version), signer)));
  write("attestation.pub.pem", signer.publicKey);
  const noPdf = await printToPdf(join(folder, "report.html"), join(folder, "report.pdf"));
  pointTo(join(audits, "latest"), name);
  return { folder, noPdf };
}

function pointTo(link: string, name: string): void {
  rmSync(`${link}.new`, { force: true });
  symlinkSync(name, `${link}.new`);
  renameSync(`${link}.new`, link);
}
