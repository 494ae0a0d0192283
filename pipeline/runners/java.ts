/** The Java that the Storage Write methods need: which one it is, and the process that expands their transform (pipeline/java/Service.java). */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Level } from "../log";
import { SubmissionError } from "./python";
import { UsageError } from "../usage-error";

const HOME = resolve(__dirname, "../..");
const SOURCES = ["jars.sha256", "Service.java", "StorageWrite.java"].map((name) => join(HOME, "pipeline/java", name));
const OLDEST = 11;
const MEND = "Run `make java`, which brings Beam's Java into build/java";

/** What runs the expansion service. */
export interface Java {
  readonly java: string;
  /** The folder that `make java` made. */
  readonly home: string;
}

/** The `java` of JAVA_HOME, or of the path, and the jars of `make java`. Throws UsageError where one is missing, too old or not of this version. */
export function findJava(env: NodeJS.ProcessEnv = process.env, home = join(HOME, "build/java")): Java {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, "bin/java") : "java";
  const asked = spawnSync(java, ["-version"], { encoding: "utf8", env });
  if (asked.error !== undefined || asked.status !== 0) {
    throw new UsageError(`${java} cannot be run: install a JDK, ${OLDEST} or newer, or say by JAVA_HOME where it is`);
  }
  const [, version = "0"] = /version "(?:1\.)?(\d+)/.exec(asked.stderr) ?? [];
  if (Number(version) < OLDEST) throw new UsageError(`${java} is of version ${version}, but ${OLDEST} is needed`);
  const stamp = join(home, ".made-from");
  if (!existsSync(stamp)) throw new UsageError(`Beam's Java is not in ${home}. ${MEND}`);
  if (readFileSync(stamp, "utf8") !== madeFrom()) {
    throw new UsageError(`Beam's Java in ${home} is that of another version of this pipeline. ${MEND}`);
  }
  return { java, home };
}

/** As setup.sh writes it. */
function madeFrom(): string {
  const sources = Buffer.concat(SOURCES.map((file) => readFileSync(file)));
  return `${createHash("sha256").update(sources).digest("hex")}  -\n`;
}

const JAVA_LEVELS: Readonly<Record<Level, string>> = { debug: "INFO", info: "SEVERE", warn: "SEVERE", error: "OFF" };

/** The running process, on the loopback address. It never outlives this one: it ends when its standard input does. */
export class JavaService {
  /** Waits for as long as it takes. Throws SubmissionError where it ends before it is ready. */
  static async start({ java, home }: Java, logLevel: Level): Promise<JavaService> {
    const classPath = `${join(home, "classes")}:${join(home, "jars")}/*`;
    const options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
    // In a group of its own: a Ctrl-C is the driver's to deal with.
    const child = spawn(java, [...options, "-cp", classPath, "Service", JAVA_LEVELS[logLevel]], {
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {});
    for await (const line of createInterface({ input: child.stdout })) {
      // Libraries may say something on standard output as well.
      if (line.startsWith("{")) return new JavaService(child, (JSON.parse(line) as Started).expansionService);
    }
    throw new SubmissionError("Ended", "Beam's Java has ended before it was ready; its last words stand above");
  }

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    /** `127.0.0.1:PORT` of Beam's expansion service. */
    readonly expansionService: string,
  ) {
    child.stdout.resume();
  }

  stop(): void {
    this.child.stdin.destroy();
    this.child.kill("SIGKILL");
  }
}

interface Started {
  readonly expansionService: string;
}
