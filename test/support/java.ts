/** What Java itself makes of rows: test/support/java/Rows.java on the jars of `make java`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MissingTool } from "./emulators/process";
import { command, preparedOnce } from "./prepared";

const JARS = "build/java/jars";
const COMPILED = "build/java-test";
const SOURCES = "test/support/java";

/** Does what `make java` does. Throws MissingTool where this machine has no JDK or no Maven. */
export function prepareJava(): string {
  for (const tool of ["javac", "mvn"]) {
    if (spawnSync(tool, ["-version"]).status !== 0)
      throw new MissingTool(`${tool} is not installed`, "Install JDK 11+ and Maven");
  }
  command("pipeline/java/setup.sh", []);
  return "is ready";
}

/** Throws MissingTool where `make java` was not run, or cannot be. */
export function requireJava(): void {
  if (!existsSync("build/java/.made-from")) throw new MissingTool("Beam's Java is not there", "Run `make java`");
}

/** The Java worker of a rehearsal; its class may not be there where no rehearsal needs it. */
export const javaWorkerClassPath = (): string =>
  [join(COMPILED, "PlainTextHarness"), "build/java/classes", `${JARS}/*`].map((path) => resolve(path)).join(":");

/** Compiles one of the test's own classes. Answers the class path that has it, before Beam's own. Throws MissingTool. */
export function javaClassPath(...sources: readonly string[]): string {
  requireJava();
  const dir = join(COMPILED, sources.join("+").replaceAll(".java", ""));
  const files = sources.map((source) => join(SOURCES, source));
  preparedOnce(dir, [...files, "pipeline/java/jars.sha256"], () => {
    command("javac", ["-nowarn", "-cp", `${JARS}/*`, "-d", dir, ...files]);
  });
  return `${dir}:${JARS}/*`;
}

/** What Java makes of one row. */
export interface OfJava {
  /** Read and written again. */
  readonly again: Buffer;
  /** What a request is made of, as text; an exception's behind "!" where none can be made. */
  readonly sent: string;
}

export function rowsInJava(schema: Uint8Array, rows: readonly Uint8Array[]): OfJava[] {
  const input = Buffer.concat([schema, ...rows].flatMap((bytes) => [lengthOf(bytes), bytes]));
  const program = ["-cp", javaClassPath("Rows.java"), "org.apache.beam.sdk.io.gcp.bigquery.Rows"];
  const { status, stdout, stderr } = spawnSync("java", program, { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`Java failed: ${stderr}`);
  const blobs = [...blobsOf(stdout)];
  return rows.map((_, row) => ({
    again: blobs[2 * row]!,
    sent: blobs[2 * row + 1]!.toString(),
  }));
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return length;
}

function* blobsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    yield bytes.subarray(at + 4, end);
    at = end;
  }
}
