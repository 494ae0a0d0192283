/** The same of where the workers run, and of what they leave: files, images, network, account, logs. */
import { lastPart } from "../../deployment";
import { labelIn } from "../../resources/resource";
import { LISTS, listed, only } from "./lists";
import { at, type Labels, type Looking, nameOf, names, type Part, takenOf } from "./looking";
import { pick, pickValue, within } from "./pick";

/** Where files are staged. Cloud Build keeps its own bucket. */
export async function files(looking: Looking): Promise<Part> {
  const all = await listed<{ name: string; labels?: Labels }>(looking.ask, LISTS.buckets(at(looking)));
  const some = only(all, (buckets) => buckets.filter(({ name }) => !name.endsWith("_cloudbuild")));
  const bucket = pick(looking.named, "BUCKET", names(some));
  const found = takenOf(some, bucket);
  return { choices: [bucket], labels: found ? [found.labels?.deployment] : [] };
}

export async function images(looking: Looking): Promise<Part> {
  const all = await listed<{ name: string; format?: string; labels?: Labels }>(
    looking.ask,
    LISTS.registries(at(looking)),
  );
  const some = only(all, (found) => found.filter(({ format = "DOCKER" }) => format === "DOCKER"));
  const registry = pick(looking.named, "REGISTRY", names(some));
  const found = takenOf(some, registry);
  return { choices: [registry], labels: found ? [found.labels?.deployment] : [] };
}

interface Subnetwork {
  readonly name: string;
  readonly network?: string;
  readonly ipCidrRange?: string;
}

/** The network that Google makes in every project is meant only where there is no other. */
export async function networks(looking: Looking): Promise<Part> {
  const { ask, named } = looking;
  const [nets, subnets] = await Promise.all([
    listed<{ name: string }>(ask, LISTS.networks(at(looking))),
    listed<Subnetwork>(ask, LISTS.subnetworks(at(looking))),
  ]);
  const others = only(names(nets), (all) => {
    const made = all.filter((name) => name !== "default");
    return made.length > 0 ? made : all;
  });
  const network = pick(named, "NETWORK", others);
  const ofNetwork = only(subnets, (all) => all.filter((one) => lastPart(one.network) === network.taken));
  const subnetwork = pick(named, "SUBNETWORK", network.taken === undefined ? within(network) : names(ofNetwork));
  const range = takenOf(ofNetwork, subnetwork)?.ipCidrRange;
  return { choices: [network, subnetwork, ...pickValue(named, "SUBNETWORK_RANGE", range)], labels: [] };
}

interface Account {
  readonly email?: string;
  readonly description?: string;
}

/** Of the project's own; Google's have another domain. */
export async function accounts(looking: Looking): Promise<Part> {
  const { ask, named, asked } = looking;
  const domain = asked.worker.slice(asked.worker.indexOf("@"));
  const all = await listed<Account>(ask, LISTS.accounts(at(looking)));
  const own = only(all, (some) => some.filter(({ email = "" }) => email.endsWith(domain)));
  const idOf = ({ email = "" }: Account) => email.slice(0, -domain.length);
  const account = pick(
    named,
    "SERVICE_ACCOUNT",
    only(own, (some) => some.map(idOf)),
  );
  const found = "notObserved" in own ? undefined : own.find((one) => idOf(one) === account.taken);
  return { choices: [account], labels: found ? [labelIn(found.description) ?? undefined] : [] };
}

/** Google makes _Default and _Required in every project. */
export async function logs(looking: Looking): Promise<Part> {
  const all = await listed<{ name: string; retentionDays?: number }>(looking.ask, LISTS.logBuckets(at(looking)));
  const own = only(all, (some) => some.filter((one) => !nameOf(one).startsWith("_")));
  const bucket = pick(looking.named, "LOG_BUCKET", names(own));
  const days = takenOf(own, bucket)?.retentionDays;
  return {
    choices: [bucket, ...pickValue(looking.named, "LOG_DAYS", days === undefined ? undefined : String(days))],
    labels: [],
  };
}
