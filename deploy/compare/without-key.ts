/** The declarations of a deployment, without its key: what is left is under Google's own. For a comparison alone. */
import type { Command } from "../resources/command";
import type { Field, Resource } from "../resources/resource";

const ANEW = "it was made under a key: delete it, and it is made anew under Google's own";

/** `key` as projects/…/cryptoKeys/…. Fails where a command that makes something would still name it. */
export function withoutKey(resources: readonly Resource[], key: string): readonly Resource[] {
  const made = new Map<Resource, Resource>();
  const stripped = (resource: Resource): Resource => {
    const known = made.get(resource);
    if (known !== undefined) return known;
    const { terraform: _, forRules, ...rest } = resource;
    const one: Resource = {
      ...rest,
      ...(forRules !== undefined && { forRules }),
      refersTo: resource.refersTo.filter(isNoKey).map(stripped),
      create: resource.create.map((command) => withoutFlag(command, key)),
      fields: Object.fromEntries(Object.entries(resource.fields).map(([name, field]) => [name, plain(field, key)])),
    };
    const left = one.create.find(({ args }) => args.some((word) => word.includes(key)));
    if (left !== undefined) throw new Error(`${resource.title} is still made under the key`);
    made.set(resource, one);
    return one;
  };
  return resources.filter(isNoKey).map(stripped);
}

const isNoKey = ({ kind }: Resource) => kind !== "key" && kind !== "keyring";

const withoutFlag = ({ args, ...command }: Command, key: string): Command => ({
  ...command,
  args: args.filter((word) => !word.startsWith("--") || !word.endsWith(`=${key}`)),
});

const plain = (field: Field, key: string): Field => (field.wanted === key ? { wanted: null, byHand: ANEW } : field);
