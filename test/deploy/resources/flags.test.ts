/** Every command and flag that we give is one that the installed gcloud and bq know, by the table that they ship with. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resourcesOf } from "../../../deploy/resources";
import type { Command } from "../../../deploy/resources/command";
import type { Json } from "../../../schemas/bigquery";
import { MissingTool } from "../../support/emulators/process";
import { skipFor } from "../../support/skip";
import { ARTICLE, setupFor } from "../setups";

interface Node {
  readonly commands: Readonly<Record<string, Node>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Flags that the table leaves out, for they are other names of what it has. */
const ALIASES: Readonly<Record<string, string>> = { "--public-access-prevention": "--pap" };

function everyCommand(): Command[] {
  const setups = [setupFor(), setupFor(ARTICLE), setupFor({ EXACTLY_ONCE: "yes", ALERT_CHANNELS: "c" }, true)];
  return setups
    .flatMap((setup) => [...resourcesOf(setup).needed, ...resourcesOf(setup).offered])
    .flatMap(({ look, create, fields, policy }) => [
      ...(look ? [look.command] : []),
      ...create,
      ...Object.values(fields).flatMap(({ change, wanted }) => change?.(named(wanted)) ?? []),
      ...(policy
        ? [policy.look.command, ...policy.grants.flatMap((grant) => [grant.first ?? [], policy.grant(grant)].flat())]
        : []),
    ]);
}

/** An alert is changed by the name that it has in the cloud. */
const named = (wanted: Json): Json =>
  wanted !== null && typeof wanted === "object" && !Array.isArray(wanted) ? { ...wanted, name: "n" } : wanted;

/** What is not known of a command: a word, or a flag. */
function unknown(tree: Node, { args }: Command): string[] {
  let node = tree;
  const flags = new Set(Object.keys(tree.flags));
  for (const word of args.filter((one) => !one.startsWith("--"))) {
    const next = node.commands[word];
    if (next === undefined) break;
    node = next;
    for (const flag of Object.keys(node.flags)) flags.add(flag);
  }
  if (Object.keys(node.commands).length > 0) return [`${args.join(" ")} is no command`];
  const given = args
    .filter((one) => one.startsWith("--"))
    .map((one) => one.replace(/=.*/s, "").replace(/^--no-/, "--"));
  return given
    .filter((flag) => !flags.has(ALIASES[flag] ?? flag))
    .map((flag) => `${args.slice(0, 4).join(" ")}: ${flag}`);
}

describe("the commands", () => {
  it("are gcloud's, and so are their flags", function () {
    this.timeout(60_000);
    const { stdout = "" } = spawnSync("gcloud", ["info", "--format=value(installation.sdk_root)"], {
      encoding: "utf8",
    });
    const path = join(stdout?.trim() ?? "", "data/cli/gcloud_completions.py");
    if (!existsSync(path))
      skipFor(this, new MissingTool("gcloud is missing, or its table of commands", "https://cloud.google.com/sdk"));
    const text = readFileSync(path, "utf8");
    const tree: Node = JSON.parse(text.slice(text.indexOf("{")));
    const commands = everyCommand().filter(({ tool }) => tool === "gcloud");
    assert.deepEqual([...new Set(commands.flatMap((command) => unknown(tree, command)))], []);
    assert.equal(unknown(tree, { tool: "gcloud", args: ["kms", "keyrings", "create", "--colour=red"] }).length, 1);
  });
});
