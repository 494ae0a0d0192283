/** The peer in Java: Beam's DirectRunner, from Maven Central. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MissingTool } from "../../support/emulators/process";
import { command, preparedOnce } from "../../support/prepared";

const DIR = resolve("build/java-peer");

export function prepareJava(): string {
  const sources = ["pom.xml", "src/main/java/Peer.java"].map((name) => join("test/bench/peers/java", name));
  return preparedOnce(DIR, sources, (dir) => {
    if (spawnSync("mvn", ["-v"]).status !== 0) throw new MissingTool("Java Beam needs Maven", "Install it and a JDK");
    cpSync("test/bench/peers/java", dir, { recursive: true });
    command("mvn", ["-q", "-B", "compile", "dependency:copy-dependencies", "-DincludeScope=runtime"], {}, dir);
  });
}

export const hasJava = () => existsSync(join(DIR, ".made-from"));

/** Seconds from the first message to the last. */
export async function javaBeam(subscription: string, count: number): Promise<number> {
  const classPath = [join(DIR, "target/classes"), join(DIR, "target/dependency/*")].join(":");
  return Number(command("java", ["-cp", classPath, "Peer", subscription, String(count)]));
}
