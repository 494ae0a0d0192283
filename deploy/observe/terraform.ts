/** The deployment as Terraform's google provider would make it, in Terraform's JSON syntax: the third target of the walk. Writes nothing. */
import type { Json } from "../../schemas/bigquery";
import type { Resources } from "../resources";
import type { Block, Grant, Resource } from "../resources/resource";
import type { Setup } from "../resources/setup";
import { inOrder } from "../walk";

export interface Terraform {
  /** main.tf.json */
  readonly text: string;
  readonly leftOut: readonly { readonly title: string; readonly why: string }[];
}

interface Addressed {
  readonly block: Block;
  readonly label: string;
  /** What has to be there first. */
  readonly after: readonly string[];
}

const REQUIRED = { source: "hashicorp/google", version: ">= 6.0" };
const BETA = { source: "hashicorp/google-beta", version: ">= 6.0" };
const SAID =
  "Made from deploy/resources by make terraform: change those, not this. It was never held against the provider, which could not be had: run terraform plan first.";

/** Throws Error where two blocks would have one address. */
export function terraformOf(setup: Setup, { needed, offered }: Resources): Terraform {
  const blocks = new Map<string, Addressed>();
  const addressesOf = new Map<Resource, readonly string[]>();
  const put = (one: Addressed): string => {
    const address = addressOf(one);
    if (blocks.has(address)) throw new Error(`${address} is there twice`);
    blocks.set(address, one);
    return address;
  };
  const leftOut: { title: string; why: string }[] = [];
  for (const resource of inOrder(needed)) {
    const why = whyLeftOut(resource, setup);
    if (why !== undefined) leftOut.push({ title: resource.title, why });
    const after = resource.refersTo.flatMap((other) => addressesOf.get(other) ?? []);
    addressesOf.set(resource, why === undefined ? putAll(resource, after, put, blocks) : []);
  }
  const others = "it is offered: ALERT_CHANNELS or --org-policies takes it in";
  leftOut.push(...offered.map(({ title }) => ({ title, why: others })));
  return { text: `${JSON.stringify(fileOf(setup, [...blocks.values()]), null, 2)}\n`, leftOut };
}

function whyLeftOut({ kind, terraform, policy }: Resource, { given }: Setup): string | undefined {
  if (given.has(kind)) return "it is given: whoever owns it makes it";
  return terraform === undefined && policy?.terraform === undefined ? "nothing declares it for Terraform" : undefined;
}

/** The resource's own blocks, and then its grants. Answers all their addresses. */
function putAll(
  { title, terraform = [], policy }: Resource,
  after: readonly string[],
  put: (one: Addressed) => string,
  blocks: ReadonlyMap<string, Addressed>,
): readonly string[] {
  const own: string[] = [];
  for (const block of terraform) {
    const label = labelOf(terraform.length > 1 ? `${title} ${block.body.service ?? block.type}` : title);
    // A key's version comes after the key.
    own.push(put({ block, label, after: terraform[0]!.type === block.type ? after : [...after, ...own] }));
  }
  const on = policy?.terraform;
  if (on === undefined) return own;
  const granted = policy!.grants.map((grant) => {
    const first = firstOf(grant, after);
    if (first !== undefined && !blocks.has(addressOf(first))) put(first);
    const { role, member } = grant;
    const block = { ...on, body: { ...on.body, role, member } };
    const behind = [...own, ...after, ...(first === undefined ? [] : [addressOf(first)])];
    return put({ block, label: labelOf(`${title} ${role} ${member}`), after: behind });
  });
  return [...own, ...granted];
}

function firstOf({ firstBlock }: Grant, after: readonly string[]): Addressed | undefined {
  return firstBlock && { block: firstBlock, label: labelOf(`agent ${firstBlock.body.service ?? ""}`), after };
}

const addressOf = ({ block: { type, data }, label }: Addressed) => `${data ? "data." : ""}${type}.${label}`;

/** A letter first, then letters, digits and underscores. */
function labelOf(title: string): string {
  const words = title.replace(/(\.iam)?\.gserviceaccount\.com$/, "").replaceAll(/[^A-Za-z0-9]+/g, "_");
  return words.replaceAll(/^_+|_+$/g, "").toLowerCase();
}

function fileOf({ project, region, settings }: Setup, blocks: readonly Addressed[]): Json {
  return {
    "//": SAID,
    terraform: { required_providers: { google: REQUIRED, "google-beta": BETA } },
    provider: { google: { project, region }, "google-beta": { project, region } },
    ...(blocks.some(({ block }) => block.data) && { data: byType(blocks.filter(({ block }) => block.data)) }),
    resource: byType(blocks.filter(({ block }) => !block.data)),
    output: { deployment: { value: settings.DEPLOYMENT } },
  } as Json;
}

function byType(blocks: readonly Addressed[]): Json {
  const types: Record<string, Record<string, Json>> = {};
  for (const { block, label, after } of blocks) {
    const body = literal(block.body) as Record<string, Json>;
    const whole = { ...body, ...(after.length > 0 && { depends_on: [...new Set(after)] }) };
    types[block.type] = { ...types[block.type], [label]: whole };
  }
  return types;
}

/** Even in JSON Terraform reads `${` and `%{` in a string as its own. */
function literal(value: Json): Json {
  if (typeof value === "string") return value.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(literal);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, literal(one)]));
}
