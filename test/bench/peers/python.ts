/** The peers in Python: Beam's DirectRunner and Faker, in a venv of their own. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { command } from "../../support/prepared";
import { preparedVenv } from "../../support/python";

const VENV = resolve("build/python-peers");
const PYTHON = join(VENV, "bin/python");

export function preparePython(): string {
  return preparedVenv("Python Beam", { version: "3.11", dir: VENV, lock: "test/bench/peers/python.lock.txt" });
}

export const hasPython = () => existsSync(join(VENV, ".made-from"));

/** Seconds from the first message to the last. */
export async function pythonBeam(subscription: string, count: number): Promise<number> {
  return Number(command(PYTHON, ["test/bench/peers/python_beam.py", subscription, String(count)], noCredentials()));
}

/** Records a second. */
export function pythonFaker(count: number): number {
  return Number(command(PYTHON, ["test/bench/peers/python_faker.py", String(count)]));
}

/** The emulator wants none, and looking for some takes a minute. */
function noCredentials(): NodeJS.ProcessEnv {
  return { GCE_METADATA_HOST: "127.0.0.1:1", NO_GCE_CHECK: "true", GOOGLE_CLOUD_PROJECT: "bench-project" };
}
