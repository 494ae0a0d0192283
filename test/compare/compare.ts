/** The comparison on this machine: the same rounds, statistics and report as on Google Cloud, of stand-ins, to test themselves. */
import { rmSync } from "node:fs";
import { finish } from "../../deploy/compare/finish";
import type { Load } from "../../deploy/compare/measured";
import type { Setting } from "../../deploy/compare/record";
import { runRounds } from "../../deploy/compare/rounds";
import { lines } from "../../deploy/compare/said";
import type { Summary } from "../../deploy/compare/summary";
import type { Variant } from "../../deploy/compare/variants";
import { packageVersion } from "../../deploy/settings";
import { LocalBench, STAND_IN } from "./bench";
import { type CompareStandIns, startCompareStandIns } from "./stand-ins";

export interface CompareOptions extends Load {
  readonly folder: string;
  readonly rounds: number;
  readonly detect: number;
  /** Milliseconds for which each insert of a variant waits: a difference that is known to be there. */
  readonly holdMs: Partial<Record<Variant, number>>;
  /** Goes on behind the rounds that are on record. */
  readonly resume: boolean;
  readonly print: (text: string) => void;
}

/** Seconds for a backlog to be drained. */
const DRAIN = 180;

/** Throws MissingTool, CompareError. `also` is done while the stand-ins run. */
export async function compareLocally(
  options: CompareOptions,
  also: (standIns: CompareStandIns) => Promise<void> = async () => {},
): Promise<Summary> {
  const { folder, rounds, detect, holdMs, resume, print, ...load } = options;
  const held = Object.entries(holdMs).map(([variant, ms]) => `; each insert of ${variant} held for ${ms} ms`);
  const standIn = `${STAND_IN}${held.join("")}`;
  const tell = lines(print, standIn);
  tell(`IS ENCRYPTION SLOW? A TEST OF THE PROGRAM, ON ${standIn}`);
  if (!resume) rmSync(folder, { recursive: true, force: true });
  const standIns = await startCompareStandIns(holdMs);
  const bench = new LocalBench(standIns);
  try {
    const { DEPLOYMENT: deployment, PROJECT_ID: project } = standIns.settings;
    const setting: Setting = {
      ...{ ...load, deployment, project, zone: "this machine", machineType: "process", workers: 1 },
      ...{ jobFlags: "", version: packageVersion(), standIn },
    };
    const comparison = await runRounds(bench, setting, { ...load, drain: DRAIN }, { folder, rounds, tell });
    await also(standIns);
    const ask = () => Promise.reject(new Error("nobody is asked what stand-ins cost"));
    return await finish(comparison, { folder, detect, ask, tell });
  } finally {
    await bench.end();
    await standIns.stop();
  }
}
