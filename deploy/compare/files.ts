/** The files of a comparison. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeOutput } from "../files/output";
import { pageOf } from "./page";
import { plotFile } from "./plot";
import { summaryAsMarkdown } from "./said";
import type { Summary } from "./summary";

/** Answers their paths. */
export function writeComparisonFiles(folder: string, summary: Summary): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const files = {
    "summary.json": `${JSON.stringify(summary, null, 2)}\n`,
    "report.html": pageOf(summary),
    "report.md": summaryAsMarkdown(summary),
    "plot.svg": plotFile(summary),
  };
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    writeOutput(path, text);
    return path;
  });
}
