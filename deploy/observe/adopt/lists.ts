/** What there is of each kind, asked for by lists: nothing is looked for by a name that is not known yet. */
import { bq, type Command, gcloud } from "../../resources/command";
import type { NotObserved } from "../../walk/diff";
import type { Ask } from "../ask";

export type Listed<T> = readonly T[] | NotObserved;

/** While its API is off, or what it is in is not there, there is nothing. */
export async function listed<T>(ask: Ask, command: Command): Promise<Listed<T>> {
  const asked = await ask(command);
  if ("answer" in asked) return Array.isArray(asked.answer) ? asked.answer : [];
  const { kind, said } = asked.trouble;
  return kind === "api off" || kind === "absent" ? [] : { notObserved: said };
}

/** The same of those that pass. */
export const only = <T, U>(all: Listed<T>, of: (all: readonly T[]) => readonly U[]): Listed<U> =>
  "notObserved" in all ? all : of(all);

interface Place {
  readonly project: string;
  readonly location: string;
}

const json = { format: "json" };

export const LISTS = {
  keyRings: ({ project, location }: Place) => gcloud("kms keyrings list", { location, project, ...json }),
  keys: ({ project, location }: Place, keyring: string) =>
    gcloud("kms keys list", { keyring, location, project, ...json }),
  topics: ({ project }: Place) => gcloud("pubsub topics list", { project, ...json }),
  subscriptions: ({ project }: Place) => gcloud("pubsub subscriptions list", { project, ...json }),
  datasets: ({ project }: Place) => bq({ project_id: project, ...json }, "ls", { datasets: true, max_results: "1000" }),
  tables: ({ project }: Place, dataset: string) =>
    bq({ project_id: project, ...json }, "ls", { max_results: "1000" }, `${project}:${dataset}`),
  buckets: ({ project }: Place) => gcloud("storage buckets list", { project, raw: true, ...json }),
  registries: ({ project, location }: Place) => gcloud("artifacts repositories list", { location, project, ...json }),
  networks: ({ project }: Place) => gcloud("compute networks list", { project, ...json }),
  subnetworks: ({ project, location }: Place) =>
    gcloud("compute networks subnets list", { regions: location, project, ...json }),
  accounts: ({ project }: Place) => gcloud("iam service-accounts list", { project, ...json }),
  logBuckets: ({ project, location }: Place) => gcloud("logging buckets list", { location, project, ...json }),
} as const;
