/** Everything that a cloud has, in memory. What it is made of is written beside the API that makes it. */
import { newArtifacts } from "./apis/artifact-registry";
import { newBigQuery } from "./apis/bigquery";
import { newBuilds } from "./apis/cloud-build";
import { newCompute } from "./apis/compute";
import { newIam } from "./apis/iam";
import { newKms } from "./apis/kms";
import { newLogging } from "./apis/logging";
import { newMonitoring } from "./apis/monitoring";
import { newOrgPolicies } from "./apis/org-policy";
import { newPubsub } from "./apis/pubsub";
import { newStorage } from "./apis/storage";
import { Jobs } from "../dataflow/jobs";
import { Collection } from "./collection";
import { Lag } from "./lag";
import { Policies } from "./policies";
import { Refused } from "./refused";

export interface JobSnapshot {
  readonly id: string;
  readonly projectId: string;
  readonly state: "PENDING" | "READY";
}

export interface Project {
  readonly id: string;
  readonly number: string;
  readonly createTime: string;
  /** `pubsub.googleapis.com` */
  readonly enabled: Set<string>;
  /** The service agents that have come to exist, by e-mail. */
  readonly agents: Set<string>;
}

export class State {
  readonly projects = new Map<string, Project>();
  /** How late the services hear of what was taken away from a key. */
  readonly lag = new Lag();
  readonly policies = new Policies((email) => this.accountExists(email), this.lag);
  readonly kms = newKms();
  readonly iam = newIam();
  readonly pubsub = newPubsub();
  readonly bigquery = newBigQuery();
  readonly storage = newStorage();
  readonly artifacts = newArtifacts();
  readonly compute = newCompute();
  readonly logging = newLogging();
  readonly monitoring = newMonitoring();
  readonly orgPolicies = newOrgPolicies();
  readonly builds = newBuilds();
  readonly dataflow = new Jobs();
  /** Log lines, as Cloud Logging gives them; nothing here writes any by itself. */
  readonly logEntries: Readonly<Record<string, unknown>>[] = [];
  readonly jobMessages = new Collection<object>((name) => `No message of job ${name}.`);
  readonly jobSnapshots = new Collection<JobSnapshot>((name) => `The snapshot ${name} could not be found.`);
  private ids = 1_000_000_000_000_000;

  /** For what Google numbers: never the same twice. */
  newId(): string {
    return String(++this.ids);
  }

  /** By id or number. Throws Refused: what a caller may not see, and what is not there, are one to Google. */
  project(name: string): Project {
    const found = this.projects.get(name) ?? [...this.projects.values()].find(({ number }) => number === name);
    if (found !== undefined) return found;
    throw new Refused("PERMISSION_DENIED", `Permission denied on resource project ${name} (or it may not exist).`);
  }

  /** A log bucket that was deleted is there for 7 more days. */
  private isGoing(name: string): boolean {
    return this.logging.logBuckets.find(name.replace(/^logBuckets /, ""))?.lifecycleState === "DELETE_REQUESTED";
  }

  accountExists(email: string): boolean {
    if (this.iam.accounts.find(email) !== undefined) return true;
    return [...this.projects.values()].some(({ agents }) => agents.has(email));
  }

  /** The full names of all that was made, sorted; settings and grants are no things of their own. */
  names(): string[] {
    const kinds = { ...this.kms, ...this.iam, ...this.pubsub, ...this.bigquery, ...this.storage, ...this.artifacts };
    const more = { ...this.compute, ...this.logging, ...this.monitoring, ...this.orgPolicies };
    return Object.entries({ ...kinds, ...more })
      .flatMap(([kind, collection]) => collection.names().map((name) => `${kind} ${name}`))
      .filter((name) => !this.isGoing(name))
      .sort();
  }
}
