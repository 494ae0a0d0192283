/** The report on paper, by a chromium of this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { writeOutput } from "../files/output";

/** It asks nobody for anything, and leaves nothing behind. */
export const QUIET_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Undefined where there is none. */
export function findChromium(path = process.env.PATH ?? ""): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

const LONGEST_MS = 120_000;

/** Answers why there is no PDF; undefined where there is one. */
export async function printToPdf(page: string, pdf: string): Promise<string | undefined> {
  const chromium = findChromium();
  if (chromium === undefined) return "chromium is not on the PATH";
  const profile = mkdtempSync(join(tmpdir(), "report-"));
  try {
    const flags = [...QUIET_FLAGS, `--user-data-dir=${profile}`, "--no-pdf-header-footer"];
    // chromium would follow a link: it writes into a folder of its own.
    const printed = join(profile, "printed.pdf");
    const args = [...flags, `--print-to-pdf=${printed}`, pathToFileURL(resolve(page)).href];
    const child = spawn(chromium, args, { stdio: "ignore", timeout: LONGEST_MS });
    const [code] = await once(child, "close");
    if (code !== 0 || !existsSync(printed)) return `chromium ended with ${code}`;
    writeOutput(pdf, readFileSync(printed));
    return undefined;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
