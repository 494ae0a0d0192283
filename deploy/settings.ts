/** Where the settings of a deployment come from: NAME=value on the command line, else the environment, else .env. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTableSchema } from "../schemas/load";
import { DeploymentError } from "./deployment";
import { SETTINGS, type Settings, settingsOf } from "./deployment/settings";
import { type Asked, askedOf } from "./resources/setup";

/** `words`: NAME=value. Throws DeploymentError. */
export function settingsFrom(words: readonly string[], env: NodeJS.ProcessEnv, file = ".env"): Settings {
  return settingsOf({ ...fromFile(file), ...namedSettings(words, env) });
}

/** What the command line and the environment name, without any file. Throws DeploymentError. */
export function namedSettings(words: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const given = Object.fromEntries(words.map((word) => assignment(word, "the command line")));
  const inEnvironment = Object.fromEntries(
    Object.keys(SETTINGS).flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])),
  );
  return { ...inEnvironment, ...given };
}

function fromFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  return Object.fromEntries(
    lines.filter((line) => !/^\s*(#|$)/.test(line)).map((line) => assignment(line.replace(/^export\s+/, ""), file)),
  );
}

/** Quotes around the value are a shell's. */
function assignment(text: string, where: string): readonly [string, string] {
  const [, name, value] = /^\s*([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new DeploymentError("malformed", where, `${where}: ${text.slice(0, 60)} is not of the form NAME=value`);
  }
  return [name, /^(["'])(.*)\1$/.exec(value)?.[2] ?? value];
}

/** What a command line's words ask for, with the schema and the version that go with it. Throws DeploymentError, SchemaError. */
export function askedFor(
  words: readonly string[],
  { env, settingsFile }: { readonly env: NodeJS.ProcessEnv; readonly settingsFile?: string },
  orgPolicies = false,
): Asked {
  const settings = settingsFrom(words, env, settingsFile);
  return askedOf(settings, loadTableSchema(settings.SCHEMA), packageVersion(), orgPolicies);
}

/** The images' tag. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")).version;
}
