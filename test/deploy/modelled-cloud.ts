/**
 * A cloud in this process that knows what the commands of the real resources do, from their declarations: a command that makes sets the
 * values that it is declared to set. What gcloud really sends is held by fake-cloud.test.ts.
 */
import { isDeepStrictEqual } from "node:util";
import type { Run } from "../../deploy/run";
import { resourcesOf, type Resources } from "../../deploy/resources";
import { type Command, shown } from "../../deploy/resources/command";
import type { Resource } from "../../deploy/resources/resource";
import type { Setup } from "../../deploy/resources/setup";
import type { Json } from "../../schemas/bigquery";

interface There {
  readonly fields: Record<string, Json>;
  readonly members: string[];
}

const OK = { code: 0, stdout: "{}", stderr: "" };
const failed = (stderr: string) => ({ code: 1, stdout: "", stderr });
const key = (command: Command) => shown(command);

export class ModelledCloud {
  /** By the resources' titles. */
  readonly there: Record<string, There> = {};
  /** Every command that changed something, or tried to. */
  readonly commands: string[] = [];
  private readonly effects = new Map<string, () => string | undefined>();
  private readonly looks = new Map<string, Resource[]>();
  private readonly policies = new Map<string, Resource>();
  private readonly all: Resource[] = [];
  private readonly made = new Map<string, Resources>();

  /** `declared`: what a deployment is made of. */
  constructor(private readonly declared: typeof resourcesOf = resourcesOf) {}

  /** The resources as they are declared, but for reading what this cloud answers. */
  readonly declare = (setup: Setup): Resources => {
    const id = JSON.stringify(setup.settings);
    const made = this.made.get(id) ?? this.modelled(this.declared(setup));
    this.made.set(id, made);
    return made;
  };

  /** Runs one command as gcloud would. */
  readonly run: Run = async (command) => {
    await Promise.resolve();
    const answer = this.answer(command);
    if (answer !== undefined) return { ...OK, stdout: JSON.stringify(answer) };
    this.commands.push(key(command));
    const effect = this.effects.get(key(command));
    if (effect === undefined) return failed(`no such command is declared: ${key(command)}`);
    const said = effect();
    return said === undefined ? OK : failed(said);
  };

  isChange(command: Command): boolean {
    return this.answer(command) === undefined;
  }

  private answer(command: Command): unknown {
    const words = key(command);
    if (words.startsWith("gcloud projects describe")) return { projectNumber: "123456789012" };
    if (words.startsWith("gcloud logging settings"))
      return { kmsServiceAccountId: "logs@example.iam.gserviceaccount.com" };
    if (words.startsWith("gcloud kms keys versions list"))
      return ["1", "2"].map((number) => ({ name: `versions/${number}`, state: "ENABLED" }));
    if (this.policies.has(words)) {
      const members = this.there[this.policies.get(words)!.title]?.members ?? [];
      return members.map((one) => ({ role: one.split(" ")[0]!, members: [one.split(" ")[1]!] }));
    }
    const seen = this.looks.get(words);
    // Asked before anything is declared: they are off.
    if (seen === undefined && words.startsWith("gcloud services list")) return { "APIs of bank-project": {} };
    return (
      seen &&
      Object.fromEntries(seen.flatMap(({ title }) => (this.there[title] ? [[title, this.there[title].fields]] : [])))
    );
  }

  private modelled({ needed, offered }: Resources): Resources {
    const models = new Map<Resource, Resource>();
    const model = (resource: Resource): Resource => {
      const { look, policy } = resource;
      const found = models.get(resource) ?? {
        ...resource,
        refersTo: resource.refersTo.map(model),
        ...(look && {
          look: { ...look, pick: (answer: Record<string, Record<string, Json>>) => answer[resource.title] },
        }),
        ...(policy && { policy: { ...policy, look: { ...policy.look, pick: (answer: []) => answer } } }),
      };
      if (!models.has(resource)) this.learn(found);
      models.set(resource, found);
      return found;
    };
    return { needed: needed.map(model), offered };
  }

  private learn(resource: Resource): void {
    this.all.push(resource);
    const { title, look, policy, create, fields } = resource;
    if (look !== undefined) this.looks.set(key(look.command), [...(this.looks.get(key(look.command)) ?? []), resource]);
    if (policy !== undefined) this.policies.set(key(policy.look.command), resource);
    // These are there before anybody comes; APIs are off.
    if (create.length === 0 || resource.kind === "apis") this.there[title] ??= { fields: {}, members: [] };
    const needs = (effect: (there: There) => void) => () => {
      if (this.there[title] === undefined) return `ERROR: NOT_FOUND: ${title}`;
      effect(this.there[title]);
      return undefined;
    };
    for (const [name, field] of Object.entries(fields)) {
      for (const command of field.change?.(null) ?? []) {
        this.effects.set(
          key(command),
          needs(({ fields }) => (fields[name] = field.wanted)),
        );
      }
    }
    for (const grant of policy?.grants ?? []) {
      if (grant.first !== undefined) this.effects.set(key(grant.first), () => undefined);
      const held = `${grant.role} ${grant.member}`;
      this.effects.set(
        key(policy!.grant(grant)),
        needs(({ members }) => members.includes(held) || members.push(held)),
      );
    }
    this.learnRemoval(resource);
    if (resource.kind === "apis") return;
    for (const command of create) this.effects.set(key(command), () => this.create(resource));
  }

  private learnRemoval(resource: Resource): void {
    const { title, policy, remove } = resource;
    for (const grant of policy?.revoke === undefined ? [] : policy.grants) {
      this.effects.set(key(policy!.revoke!(grant)), () => {
        const members = this.there[title]?.members ?? [];
        const at = members.indexOf(`${grant.role} ${grant.member}`);
        if (at < 0) return `ERROR: ${title}: no such binding`;
        members.splice(at, 1);
        return undefined;
      });
    }
    if (typeof remove !== "object") return;
    const declared = Object.fromEntries(Object.entries(resource.fields).map(([name, { wanted }]) => [name, wanted]));
    for (const command of remove.commands(declared)) this.effects.set(key(command), () => this.remove(resource));
  }

  private remove({ title, kind, create, fields }: Resource): string | undefined {
    if (this.there[title] === undefined) return `ERROR: NOT_FOUND: ${title}`;
    const needs = this.all.find(
      (other) =>
        this.there[other.title] !== undefined &&
        other.create.length > 0 &&
        other.refersTo.some((one) => one.title === title),
    );
    if (needs !== undefined && kind !== "serviceaccount")
      return `ERROR: INVALID_ARGUMENT: ${needs.title} uses ${title}`;
    // What was always there only loses what was set.
    if (create.length > 0) delete this.there[title];
    else for (const name of Object.keys(fields)) this.there[title].fields[name] = null;
    return undefined;
  }

  private create({ title, fields, refersTo }: Resource): string | undefined {
    if (this.there[title] !== undefined) return `ERROR: ALREADY_EXISTS: ${title}`;
    const missing = refersTo.find((other) => this.there[other.title] === undefined);
    if (missing !== undefined) return `ERROR: NOT_FOUND: ${missing.title}`;
    const set = Object.entries(fields).filter(([, field]) => !field.apart);
    this.there[title] = { fields: Object.fromEntries(set.map(([name, { wanted }]) => [name, wanted])), members: [] };
    return undefined;
  }

  isAs(other: ModelledCloud): boolean {
    return isDeepStrictEqual(this.there, other.there);
  }
}
