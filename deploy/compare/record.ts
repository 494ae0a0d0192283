/** The rounds of a comparison, written as each measurement ends: a run that was interrupted goes on from here. */
import { join } from "node:path";
import { readWhole, writeWhole } from "../change/record-file";
import type { Load, Measured } from "./measured";
import { CompareError } from "./safety";
import { VARIANTS } from "./variants";

/** What must be the same in all rounds that are held against each other. */
export interface Setting extends Load {
  readonly deployment: string;
  readonly project: string;
  readonly zone: string;
  readonly machineType: string;
  readonly workers: number;
  readonly jobFlags: string;
  readonly version: string;
  /** What stood in for Google Cloud; null where nothing did. */
  readonly standIn: string | null;
}

export interface Comparison {
  readonly format: 1;
  readonly setting: Setting;
  readonly startedAt: string;
  readonly measured: readonly Measured[];
  /** Of rounds that were interrupted: measured, and held against nothing. */
  readonly torn: readonly Measured[];
}

export const recordPath = (folder: string): string => join(folder, "rounds.json");

/** Undefined where there is none. Throws OffSwitchError where the file is none. */
export function readComparison(folder: string): Comparison | undefined {
  const path = recordPath(folder);
  const isOne = ({ setting, measured, torn }: Comparison) =>
    typeof setting?.deployment === "string" && Array.isArray(measured) && Array.isArray(torn);
  return readWhole<Comparison>(path, "comparison", isOne, `delete it, or name another --folder than ${folder}`);
}

export const writeComparison = (folder: string, comparison: Comparison): void =>
  writeWhole(recordPath(folder), comparison);

/**
 * What is on record of the same setting, without the round that an interruption tore: its variants would be held against each other over the
 * time in between. Throws CompareError where the rounds on record are another setting's.
 */
export function resumed(found: Comparison | undefined, setting: Setting, now: number): Comparison {
  if (found === undefined)
    return { format: 1, setting, startedAt: new Date(now).toISOString(), measured: [], torn: [] };
  const differs = (Object.keys(setting) as (keyof Setting)[]).filter((name) => found.setting[name] !== setting[name]);
  if (differs.length > 0) {
    const [name] = differs as [keyof Setting];
    throw new CompareError(
      "OTHER_RECORD",
      `the rounds on record have ${name} ${found.setting[name] ?? "of the cloud"}, and ${setting[name] ?? "the cloud"} is asked for: give the same, or another --folder`,
    );
  }
  const isWhole = ({ round }: Measured) =>
    found.measured.filter((one) => one.round === round).length === VARIANTS.length;
  return {
    ...found,
    measured: found.measured.filter(isWhole),
    torn: [...found.torn, ...found.measured.filter((one) => !isWhole(one))],
  };
}
