/**
 * Dead letters into a file, one a line: the JSON of a `google.pubsub.v1.PubsubMessage`, so that a line can be published as it is.
 * A message id that is in the file is not written again, whatever is redelivered and whenever the process was killed.
 */
import type { FileHandle } from "node:fs/promises";
import type { DeadLetterWriter, SetUpError, WriteResult } from "./endpoint";
import { openAppendedLater } from "../../deploy/files/output";
import type { DeadLetter } from "../../transforms/dead-letter";

/** Opens the file, or makes it. What hinders it is a set-up error of each write until it is mended. */
export async function openDeadLetterFile(path: string): Promise<DeadLetterWriter> {
  let opened: OpenFile | undefined;

  async function attempt<T>(work: (file: OpenFile) => Promise<T>): Promise<T | SetUpError> {
    try {
      opened ??= await OpenFile.open(path);
      return await work(opened);
    } catch (error) {
      // The folder may be gone, or the disk: the next write opens the file anew.
      await opened?.close().catch(() => {});
      opened = undefined;
      return setUpError(path, error);
    }
  }

  return {
    name: `file ${path}`,
    keyed: true,
    write: (letters) =>
      attempt<WriteResult>(async (file) => ({
        kind: "written",
        alreadyThere: await file.add(letters),
      })),
    async holds(messageIds) {
      const found = await attempt(async ({ ids }) => new Set(messageIds.filter((id) => ids.has(id))));
      return found instanceof Set ? found : new Set();
    },
    async close() {
      await opened?.close();
      opened = undefined;
    },
  };
}

class OpenFile {
  private constructor(
    private readonly handle: FileHandle,
    /** Every id in the file, in memory: about 100 bytes each. Dead letters are few, or something is wrong. */
    readonly ids: Set<string>,
  ) {}

  static async open(path: string): Promise<OpenFile> {
    const handle = await openAppendedLater(path);
    try {
      return new OpenFile(handle, await readIds(handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Appends those whose ids are not there, on the disk when it answers. Answers the ids that are. */
  async add(letters: readonly DeadLetter[]): Promise<ReadonlySet<string>> {
    const fresh = new Map<string, DeadLetter>();
    const there = new Set<string>();
    for (const letter of letters) {
      const id = idOf(letter);
      if (this.ids.has(id)) there.add(id);
      else fresh.set(id, letter);
    }
    if (fresh.size > 0) await this.append([...fresh.values()]);
    for (const id of fresh.keys()) this.ids.add(id);
    return there;
  }

  /** All of them, or none. */
  private async append(letters: readonly DeadLetter[]): Promise<void> {
    const { size } = await this.handle.stat();
    try {
      await this.handle.appendFile(letters.map((letter) => `${JSON.stringify(asJson(letter))}\n`).join(""));
      await this.handle.datasync();
    } catch (error) {
      await this.handle.truncate(size).catch(() => {});
      throw error;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const idOf = ({ attributes }: DeadLetter) => attributes.source_message_id ?? "";

/** The JSON mapping of protobuf: bytes are base64. */
function asJson({ data, attributes, orderingKey }: DeadLetter) {
  return { data: Buffer.from(data).toString("base64"), attributes, ...(orderingKey !== "" && { orderingKey }) };
}

/** The ids of the lines. A last line that a crash has torn was never acknowledged: it is cut off. */
async function readIds(handle: FileHandle): Promise<Set<string>> {
  const ids = new Set<string>();
  const chunk = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  let end = 0;
  const { size } = await handle.stat();
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let feed = rest.indexOf(10); feed >= 0; feed = rest.indexOf(10)) {
      ids.add(idOfLine(rest.subarray(0, feed)));
      rest = rest.subarray(feed + 1);
      end += feed + 1;
    }
  }
  if (rest.length > 0) {
    // Only what is ours is cut: not the one line of a file that was named by mistake.
    if (!isTorn(rest)) throw new NotDeadLetters();
    await handle.truncate(end);
  }
  return ids;
}

const BEGINNING = '{"data":"';
const isTorn = (line: Buffer) => BEGINNING.startsWith(line.toString("latin1", 0, BEGINNING.length));

/** The file holds something else: what that is shall not be written to. */
class NotDeadLetters extends Error {
  readonly code = "NOT_DEAD_LETTERS";
}

function idOfLine(line: Buffer): string {
  let letter: { attributes?: { source_message_id?: unknown } } | null;
  try {
    letter = JSON.parse(line.toString());
  } catch {
    throw new NotDeadLetters();
  }
  const id = letter?.attributes?.source_message_id;
  if (typeof id !== "string") throw new NotDeadLetters();
  return id;
}

const MENDS: Record<string, string> = {
  NOT_DEAD_LETTERS: "holds something else than dead letters: name another file",
  LINK: "is a symbolic link, which is not followed: name the file itself",
  NOT_A_FILE: "is no regular file: name one",
  ENOENT: "is in a folder that is not there: make the folder",
  ENOTDIR: "is in a folder that is not there: make the folder",
  EACCES: "may not be written by this account: change its permissions, or name another file",
  EPERM: "may not be written by this account: change its permissions, or name another file",
  EISDIR: "is a folder: name a file",
  ENOSPC: "cannot grow: make room on the disk",
  EDQUOT: "cannot grow: make room on the disk",
  EROFS: "is on a disk that is read-only: name another file",
};

/** The closed set: FILE_ and one of the above, or FILE_FAILED. */
function setUpError(path: string, error: unknown): SetUpError {
  const { code = "" } = error as { code?: string };
  const mend = MENDS[code];
  if (mend !== undefined) return { kind: "setUpError", trouble: { code: `FILE_${code}`, text: `${path} ${mend}` } };
  return { kind: "setUpError", trouble: { code: "FILE_FAILED", text: `${path} cannot be written (${code})` } };
}
