/**
 * What one revocation took, so that it can be gone on with where it was killed, and given back. It is written before the first change and after
 * each, whole or not at all, for its owner alone. What others took is never in it.
 */
import { renameSync } from "node:fs";
import type { KeyAsked } from "../../deployment/from-settings";
import type { Watched } from "../../observe/access/probe";
import { FILES } from "../../resources/command";
import type { Asked } from "../../resources/setup";
import { readWhole, writeWhole } from "../record-file";

export const WAYS = ["versions", "grant"] as const;
export type Way = (typeof WAYS)[number];
export const HOWS = ["drain", "snapshot", "now"] as const;
export type How = (typeof HOWS)[number];

/** `to take`: it was there when the record was written, and may be taken already. */
export type State = "to take" | "taken" | "given back";

export interface TakenVersion {
  readonly kind: "version";
  readonly key: KeyAsked;
  /** Its number. */
  readonly version: string;
  readonly state: State;
}

export interface TakenGrant {
  readonly kind: "grant";
  readonly key: KeyAsked;
  readonly member: string;
  readonly role: string;
  readonly state: State;
}

export type Taken = TakenVersion | TakenGrant;

export interface EndedJob {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** What was done with it before the key was taken; undefined while nothing is. */
  readonly done?: "drained" | "snapshot" | "nothing";
  readonly snapshot?: string;
}

export interface Revocation {
  readonly format: 1;
  readonly deployment: string;
  readonly project: string;
  readonly by: string;
  readonly way: Way;
  readonly how: How;
  readonly startedAt: string;
  /** When the first command that takes something was sent. */
  readonly takenAt?: string;
  readonly taken: readonly Taken[];
  readonly jobs: readonly EndedJob[];
  /** When each consumer was refused. */
  readonly access: readonly Watched[];
  /** When each worked again. */
  readonly restored?: readonly Watched[];
}

/** `build/deploy/revocation.PROJECT.DEPLOYMENT.json` */
export const recordPath = ({ project, settings }: Asked, folder = FILES): string =>
  `${folder}/revocation.${project.replace(":", ".")}.${settings.DEPLOYMENT}.json`;

/** Undefined where there is none. Throws OffSwitchError where it cannot be read. */
export const readRecord = (path: string): Revocation | undefined =>
  readWhole<Revocation>(
    path,
    "revocation",
    ({ taken }) => Array.isArray(taken),
    "the journal beside it says what was done: give it back by hand, and move this file away",
  );

export function writeRecord(path: string, record: Revocation): Revocation {
  writeWhole(path, record);
  return record;
}

/** Keeps it under another name: it was given back. */
export function archiveRecord(path: string, at: string): string {
  const kept = path.replace(/\.json$/, `.${at.replaceAll(/[^\dTZ]/g, "")}.restored.json`);
  renameSync(path, kept);
  return kept;
}

/** A record that changes step by step, written with each. */
export class OpenRecord {
  constructor(
    readonly path: string,
    private record: Revocation,
  ) {
    writeRecord(path, record);
  }

  get now(): Revocation {
    return this.record;
  }

  change(fields: Partial<Revocation>): void {
    this.record = writeRecord(this.path, { ...this.record, ...fields });
  }

  mark(one: Taken, state: State): void {
    this.change({ taken: this.record.taken.map((other) => (isSame(one, other) ? { ...other, state } : other)) });
  }

  markJob(id: string, fields: Partial<EndedJob>): void {
    this.change({ jobs: this.record.jobs.map((job) => (job.id === id ? { ...job, ...fields } : job)) });
  }
}

export function isSame(a: Taken, b: Taken): boolean {
  if (a.key.name !== b.key.name) return false;
  if (a.kind === "version") return b.kind === "version" && a.version === b.version;
  return b.kind === "grant" && a.member === b.member && a.role === b.role;
}
