/** One thing in the cloud that a deployment needs, with the grants that open it. */
import type { Json } from "../../schemas/bigquery";
import type { Observations } from "../rules";
import type { Command } from "./command";

/** The kinds that GIVEN names. */
export const KINDS = [
  "apis",
  "keyring",
  "key",
  "project",
  "serviceaccount",
  "network",
  "bucket",
  "topic",
  "subscription",
  "dataset",
  "table",
  "registry",
  "logs",
  "alerts",
  "orgpolicies",
] as const;
export type Kind = (typeof KINDS)[number];

export type Fields = Readonly<Record<string, Json>>;

/** How a resource, or its policy, is asked for: one command whose answer is JSON. */
export interface Look<T> {
  readonly command: Command;
  /** Undefined where the answer says that there is none. */
  readonly pick: (answer: never) => T | undefined;
  /** Asked where this one has no answer. */
  readonly otherwise?: Look<T>;
}

/** One declared value. A difference is mended by `change`, or by hand; where neither is there, nobody has thought of it. */
export interface Field {
  readonly wanted: Json;
  /** Where another value than the wanted one will do, too. */
  readonly holds?: (found: Json) => boolean;
  /** The creating command leaves it out. */
  readonly apart?: true;
  readonly change?: (found: Json) => readonly Command[];
  /** What an operator has to do, in a line, where it can never be changed; of some values only, where it is a function. */
  readonly byHand?: string | ((found: Json) => string | undefined);
}

export interface Grant {
  readonly role: string;
  /** serviceAccount:…, user:…, group:… */
  readonly member: string;
  readonly reason: string;
  /** What makes the member exist; it may be run again. */
  readonly first?: Command;
  /** What makes the member exist in Terraform's words. */
  readonly firstBlock?: Block;
}

/** A block of Terraform's google provider, in its JSON syntax. */
export interface Block {
  /** `google_pubsub_topic` */
  readonly type: string;
  /** Looked up, where it is not made. */
  readonly data?: true;
  readonly body: { readonly [argument: string]: Json };
}

export interface Policy {
  /** The kind of a grant's block, and the arguments that say what it is on. */
  readonly terraform?: Block;
  readonly look: Look<readonly Binding[]>;
  readonly grants: readonly Grant[];
  readonly grant: (grant: Grant) => Command;
  /** Takes a grant to the workers' account away, where the resource outlives that. */
  readonly revoke?: (grant: Grant) => Command;
}

/** How a resource is taken away. */
export interface Removal {
  /** Nothing where what was found is on its way already. */
  readonly commands: (found: Fields) => readonly Command[];
  /** It holds what nobody can make again: taken away last, and only where that is asked for. */
  readonly data?: true;
}

export interface Binding {
  readonly role: string;
  readonly members?: readonly string[];
  readonly condition?: unknown;
}

/** What the rules see of a resource, under one or more of their names. */
export interface ForRules {
  readonly names: readonly (keyof Observations)[];
  readonly of: (fields: Fields) => object;
}

export interface Resource {
  readonly kind: Kind;
  /** `topic str-pl-pubsub-topic`: once in a deployment. */
  readonly title: string;
  /** Must be there first. */
  readonly refersTo: readonly Resource[];
  /** The API that answers for it. */
  readonly api?: string;
  readonly look?: Look<Fields>;
  readonly fields: Readonly<Record<string, Field>>;
  readonly create: readonly Command[];
  readonly policy?: Policy;
  readonly forRules?: ForRules;
  /** How it is taken away; or why it never is. */
  readonly remove?: Removal | string;
  /** The same, declared for Terraform. */
  readonly terraform?: readonly Block[];
}

/** The one of a list whose `name` is exactly this. */
export function named<T extends { readonly name?: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((one) => one.name === name);
}

/** Google's names as its provider writes them: `matchesPrefix` is `matches_prefix`. */
export function inSnakeCase(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(inSnakeCase);
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [snake(name), inSnakeCase(one)]));
}

/** Whose it is, by the description of a kind that has no labels: `deployment=str-pl`. */
export const labelIn = (description = ""): string | null => /^deployment=(\S+)$/.exec(description)?.[1] ?? null;

/** The policy's bindings, as every get-iam-policy answers. */
export const bindings = (answer: { readonly bindings?: readonly Binding[] }): readonly Binding[] =>
  answer.bindings ?? [];
