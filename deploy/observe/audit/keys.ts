/** The keys: their versions, and every policy that could let somebody use them, inherited ones too. */
import type { KeyAsked } from "../../deployment/from-settings";
import { gcloud } from "../../resources/command";
import type { Binding } from "../../resources/resource";
import type { Asked } from "../../resources/setup";
import type { KeyUses } from "./model/key";
import type { NotObserved } from "./model/told";
import { type Questions, told } from "./questions";

export interface CryptoKey {
  readonly name: string;
  readonly purpose?: string;
  readonly nextRotationTime?: string;
  readonly versionTemplate?: { readonly protectionLevel?: string };
  readonly primary?: { readonly name: string; readonly state: string };
}

export interface Version {
  readonly name: string;
  readonly state: string;
}

export interface PolicySeen {
  /** `the key`, `the key ring`, `project bank`, `folder 12`. */
  readonly at: string;
  readonly bindings: readonly Binding[] | NotObserved;
}

export interface KeyFound {
  readonly asked: KeyAsked;
  readonly key: CryptoKey | NotObserved;
  readonly versions: readonly Version[] | NotObserved;
  readonly policies: readonly PolicySeen[];
  /** What roles of one's own hold, by name. */
  readonly ownRoles: ReadonlyMap<string, readonly string[] | NotObserved>;
  readonly uses: KeyUses;
}

interface Policy {
  readonly bindings?: readonly Binding[];
  readonly auditConfigs?: readonly {
    readonly service?: string;
    readonly auditLogConfigs?: readonly { readonly logType?: string }[];
  }[];
}

interface Ancestor {
  readonly id: string;
  readonly type: string;
  readonly policy: Policy;
}

export async function readKey(asked: KeyAsked, questions: Questions): Promise<KeyFound> {
  const { ask } = questions;
  const at = { keyring: asked.ring, location: asked.location, project: asked.project };
  const [keys, versions, onKey, onRing, onProject, above] = await Promise.all([
    ask(gcloud("kms keys list", { ...at, format: "json" })),
    ask(listVersions(asked)),
    ask(gcloud("kms keys get-iam-policy", { ...at, format: "json" }, asked.key)),
    ask(
      gcloud(
        "kms keyrings get-iam-policy",
        { location: asked.location, project: asked.project, format: "json" },
        asked.ring,
      ),
    ),
    ask(gcloud("projects get-iam-policy", { format: "json" }, asked.project)),
    ask(gcloud("projects get-ancestors-iam-policy", { format: "json" }, asked.project)),
  ]);
  const bindingsOf = (policy: Policy) => policy.bindings ?? [];
  const inherited = told(above, (all: readonly Ancestor[]) => all.filter(({ type }) => type !== "project"));
  const policies: PolicySeen[] = [
    { at: "the key", bindings: told(onKey, bindingsOf) },
    { at: "the key ring", bindings: told(onRing, bindingsOf) },
    { at: `project ${asked.project}`, bindings: told(onProject, bindingsOf) },
    ...("notObserved" in inherited
      ? [{ at: "the folders and the organisation above", bindings: inherited }]
      : inherited.map(({ id, type, policy }) => ({ at: `${type} ${id}`, bindings: bindingsOf(policy) }))),
  ];
  const found = told(keys, (all: readonly CryptoKey[]) => all.find(({ name }) => name === asked.name));
  return {
    asked,
    key: found ?? { notObserved: "it is not there" },
    versions: told(versions, (all: readonly Version[]) => all.map(({ name, state }) => ({ name, state }))),
    policies,
    ownRoles: await readOwnRoles(policies, questions),
    uses: await readUses(
      asked,
      told(onProject, (policy: Policy) => policy),
      questions,
    ),
  };
}

export const listVersions = ({ project, location, ring, key }: KeyAsked) =>
  gcloud("kms keys versions list", { key, keyring: ring, location, project, format: "json" });

/** Google's own roles are known by name; what others hold has to be asked. */
async function readOwnRoles(policies: readonly PolicySeen[], { ask }: Questions): Promise<KeyFound["ownRoles"]> {
  const all = policies.flatMap(({ bindings }) => ("notObserved" in bindings ? [] : bindings.map(({ role }) => role)));
  const own = [...new Set(all)].flatMap((role) => {
    const [, kind, parent, name] = /^(projects|organizations)\/([^/]+)\/roles\/(.+)$/.exec(role) ?? [];
    return kind === undefined ? [] : [{ role, kind: kind.slice(0, -1), parent: parent!, name: name! }];
  });
  return new Map(
    await Promise.all(
      own.map(async ({ role, kind, parent, name }) => {
        const described = await ask(gcloud("iam roles describe", { [kind]: parent, format: "json" }, name));
        return [
          role,
          told(described, (one: { includedPermissions?: string[] }) => one.includedPermissions ?? []),
        ] as const;
      }),
    ),
  );
}

/** Data Access logs are off until somebody turns them on [Enable Data Access audit logs, Cloud Logging]. */
function isLogged({ auditConfigs = [] }: Policy): boolean {
  return auditConfigs.some(
    ({ service, auditLogConfigs = [] }) =>
      (service === "cloudkms.googleapis.com" || service === "allServices") &&
      auditLogConfigs.some(({ logType }) => logType === "DATA_READ"),
  );
}

interface Entry {
  readonly timestamp?: string;
  readonly protoPayload?: { readonly authenticationInfo?: { readonly principalEmail?: string } };
}

const MOST_ENTRIES = 1000;

async function readUses(asked: KeyAsked, policy: Policy | NotObserved, { ask }: Questions): Promise<KeyUses> {
  if ("notObserved" in policy) return policy;
  if (!isLogged(policy)) {
    return {
      none: `nobody can say who used the key: Data Access logs (DATA_READ) of cloudkms.googleapis.com are off in project ${asked.project}`,
    };
  }
  const filter = [
    'protoPayload.serviceName="cloudkms.googleapis.com"',
    'protoPayload.methodName="Decrypt"',
    `protoPayload.resourceName:"${asked.name}"`,
  ].join(" AND ");
  const flags = { project: asked.project, limit: String(MOST_ENTRIES), freshness: "1d", format: "json" };
  return told(await ask(gcloud("logging read", flags, filter)), (entries: readonly Entry[]) => ({
    by: counted(entries),
  }));
}

function counted(entries: readonly Entry[]) {
  const by = new Map<string, { times: number; lastAt: string }>();
  for (const { timestamp = "", protoPayload } of entries) {
    const member = protoPayload?.authenticationInfo?.principalEmail ?? "an account that the log does not name";
    const { times, lastAt } = by.get(member) ?? { times: 0, lastAt: "" };
    by.set(member, { times: times + 1, lastAt: [timestamp, lastAt].sort().at(-1)! });
  }
  return [...by].map(([member, seen]) => ({ member, ...seen }));
}

/** The keys of a deployment, each once. */
export const keysOf = ({ dataKey, dataflowKey }: Asked): readonly KeyAsked[] =>
  dataKey.name === dataflowKey.name ? [dataKey] : [dataKey, dataflowKey];
