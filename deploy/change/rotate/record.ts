/**
 * Which rotations were begun and are not over: one that was killed and is run again makes no second version. It is written before a version is
 * made, and a key leaves it once all that can be is under the new one.
 */
import { rmSync } from "node:fs";
import { FILES } from "../../resources/command";
import type { Asked } from "../../resources/setup";
import { readWhole, writeWhole } from "../record-file";

export interface BegunRotation {
  /** Its full name. */
  readonly key: string;
  readonly startedAt: string;
  readonly by: string;
  /** The numbers of all that there were before: any other is this rotation's, or younger. */
  readonly versions: readonly string[];
}

interface RotationRecord {
  readonly format: 1;
  readonly begun: readonly BegunRotation[];
}

/** `build/deploy/rotation.PROJECT.DEPLOYMENT.json` */
export const rotationPath = ({ project, settings }: Asked, folder = FILES): string =>
  `${folder}/rotation.${project.replace(":", ".")}.${settings.DEPLOYMENT}.json`;

/** None where there is no record. Throws OffSwitchError where it cannot be read. */
export function readBegun(path: string): readonly BegunRotation[] {
  const record = readWhole<RotationRecord>(
    path,
    "rotation",
    ({ begun }) => Array.isArray(begun),
    "look which version is the primary one, move this file away, and rotate again, with --keep-primary if it is new",
  );
  return record?.begun ?? [];
}

export function noteBegun(path: string, one: BegunRotation): void {
  write(path, [...readBegun(path).filter(({ key }) => key !== one.key), one]);
}

export function noteOver(path: string, key: string): void {
  const begun = readBegun(path);
  const left = begun.filter((one) => one.key !== key);
  if (left.length < begun.length) write(path, left);
}

function write(path: string, begun: readonly BegunRotation[]): void {
  if (begun.length === 0) rmSync(path, { force: true });
  else writeWhole(path, { format: 1, begun } satisfies RotationRecord);
}
