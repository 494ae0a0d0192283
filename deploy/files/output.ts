/**
 * Files that are written on this machine: never through a symbolic link, and never into a pipe or a device that stands where a file is
 * meant. Who can write to the folder could otherwise have us write to any file that we may write to.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

export type OutputErrorCode = "LINK" | "NOT_A_FILE";

/** What stands under the name is not to be written to. */
export class OutputError extends Error {
  constructor(
    readonly code: OutputErrorCode,
    readonly path: string,
  ) {
    const found = { LINK: "is a symbolic link, which is not followed", NOT_A_FILE: "is no regular file" }[code];
    super(`${path} ${found}: name the file itself, or remove it`);
  }
}

/** NONBLOCK: a pipe without a reader is refused, and not waited for. The length is cut only when it is known to be a file. */
const WHOLE = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const APPENDED =
  constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_APPEND;
/** Streams and devices that only their own name stands for: they are written to as they are. */
const STREAM = /^\/dev\/(?:stdout|stderr|null|full|fd\/\d+)$/;
const AS_IT_IS = constants.O_WRONLY | constants.O_APPEND;

/** Opens a file whose content is to be replaced, or makes it. Answers its descriptor. Throws OutputError. */
export function openWhole(path: string): number {
  if (STREAM.test(path)) return openSync(path, AS_IT_IS);
  const file = opened(path, () => openSync(path, WHOLE));
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw new OutputError("NOT_A_FILE", path);
  }
  ftruncateSync(file);
  return file;
}

/** Replaces the content of a file, or makes it. Throws OutputError. */
export function writeOutput(path: string, content: string | Uint8Array): void {
  withFile(openWhole(path), content);
}

/**
 * Replaces a file by a rename, or makes it, for its owner alone: a reader finds the old one or the new one, also after a loss of power. A
 * link of that name is replaced, and not followed.
 */
export function replaceOutput(path: string, content: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Opens a file that is read and appended to, or makes it. Answers its descriptor. Throws OutputError. */
export function openAppended(path: string): number {
  if (STREAM.test(path)) return openSync(path, AS_IT_IS);
  const file = opened(path, () => openSync(path, APPENDED));
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new OutputError("NOT_A_FILE", path);
}

/** Appends to a file, or makes it. Throws OutputError. */
export function appendOutput(path: string, content: string): void {
  withFile(openAppended(path), content);
}

/** As `openAppended`, for who waits for the disk. Rejects with OutputError. */
export async function openAppendedLater(path: string): Promise<FileHandle> {
  if (STREAM.test(path)) return open(path, AS_IT_IS);
  const file = await open(path, APPENDED).catch((error: unknown) => refused(path, error));
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new OutputError("NOT_A_FILE", path);
}

/** For a file that others open by its name: looked at before they do. What is not there is good. Throws OutputError. */
export function refuseLink(path: string): void {
  if (STREAM.test(path)) return;
  const there = lstatSync(path, { throwIfNoEntry: false }) as Stats | undefined;
  if (there?.isSymbolicLink()) throw new OutputError("LINK", path);
  if (there !== undefined && !there.isFile() && !there.isDirectory()) throw new OutputError("NOT_A_FILE", path);
}

function withFile(file: number, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } finally {
    closeSync(file);
  }
}

function opened(path: string, open: () => number): number {
  try {
    return open();
  } catch (error) {
    return refused(path, error);
  }
}

/** ELOOP is a link; ENXIO a pipe that nobody reads, or a socket. */
function refused(path: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ELOOP") throw new OutputError("LINK", path);
  if (code === "ENXIO") throw new OutputError("NOT_A_FILE", path);
  throw error;
}
