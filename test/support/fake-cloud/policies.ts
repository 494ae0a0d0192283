/** Who may do what: IAM policies by the resource that they are set on. */
import { invalid, Refused } from "./refused";
import type { Lag } from "./lag";
import { ROLES } from "./roles";

export interface Binding {
  readonly role: string;
  readonly members?: readonly string[];
  readonly condition?: { readonly title?: string; readonly expression?: string };
}

export interface Policy {
  readonly version?: number;
  readonly etag: string;
  readonly bindings?: readonly Binding[];
  readonly auditConfigs?: readonly object[];
}

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer|principal|principalSet|deleted):.+)$/;

export class Policies {
  private readonly all = new Map<string, Policy>();
  private writes = 0;

  constructor(
    private readonly accountExists: (email: string) => boolean,
    private readonly lag?: Lag,
  ) {}

  /** One that nobody has set has an etag all the same. */
  get(resource: string): Policy {
    return this.all.get(resource) ?? { etag: "ACAB" };
  }

  /** Throws Refused: a stale etag, a role or a member that is not there. */
  set(resource: string, policy: Partial<Policy> = {}): Policy {
    if (policy.etag && plain(policy.etag) !== plain(this.get(resource).etag)) {
      const text =
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.";
      throw new Refused("ABORTED", text);
    }
    for (const binding of policy.bindings ?? []) this.check(binding);
    const { version = 1, bindings, auditConfigs } = policy;
    const etag = Buffer.from(`\x07\x06${String(++this.writes).padStart(7, "0")}`).toString("base64");
    const kept = (bindings ?? []).filter(({ members = [] }) => members.length > 0);
    const set = {
      version,
      etag,
      ...(kept.length > 0 && { bindings: kept }),
      ...(auditConfigs !== undefined && { auditConfigs }),
    };
    this.lag?.hold(resource, this.lag.grantsMs, this.get(resource));
    this.all.set(resource, set);
    return set;
  }

  /** A thing that is gone takes its grants along. */
  remove(resource: string): void {
    this.all.delete(resource);
  }

  /** The roles of one member on a resource and on what it lies in: `["kms/projects/p/…", "projects/p"]`. */
  rolesOf(member: string, resources: readonly string[]): string[] {
    return resources
      .flatMap((resource) => [
        ...(this.get(resource).bindings ?? []),
        ...((this.lag?.held(resource) as Policy | undefined)?.bindings ?? []),
      ])
      .filter(({ members = [] }) => members.includes(member))
      .map(({ role }) => role);
  }

  private check({ role, members = [] }: Binding): void {
    if (!Object.hasOwn(ROLES, role) && !/^(projects|organizations)\/[^/]+\/roles\//.test(role)) {
      throw invalid(`Role ${role} is not supported for this resource.`);
    }
    for (const member of members) {
      if (!MEMBER.test(member)) throw invalid(`The member ${member} is of an unknown type.`);
      const [, account] = /^serviceAccount:([^/[\]]+)$/.exec(member) ?? [];
      if (account !== undefined && !this.accountExists(account))
        throw invalid(`Service account ${account} does not exist.`);
    }
  }
}

/** gcloud sends back in URL-safe base64 what it read in the common one. */
const plain = (etag: string) => etag.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
