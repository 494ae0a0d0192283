/** What the workers are made of and how they are reached: network, images, account, and the buckets they need. */
import { type ImageName, regionOfSubnetwork, workersRegion } from "../deployment";
import { buckets, images } from "./resources";
import { broken, type Rule, seen } from "./rule";

const NETWORK_PAGE = "Specify a network and subnetwork (Dataflow)";

export const NETWORK: readonly Rule[] = [
  {
    id: "NET-1",
    reason: "Workers have no public addresses: nothing reaches them from outside, and they reach nothing there.",
    source: "Configure internet access and firewall rules (Dataflow)",
    mend: "leave out --use_public_ips: without public addresses is the default here",
    check: (asked) => broken(asked.usePublicIps ? "public addresses are asked for" : undefined),
  },
  {
    id: "NET-2",
    reason: "Workers without public addresses need a subnetwork by name: a network in custom mode tells none.",
    source: NETWORK_PAGE,
    mend: "give --subnetwork regions/REGION/subnetworks/NAME, which implies its network",
    check: ({ usePublicIps, network, subnetwork }) => {
      if (usePublicIps || subnetwork !== undefined) return [];
      return broken(network === undefined ? "no subnetwork is named" : "a network is named without a subnetwork");
    },
  },
  {
    id: "NET-3",
    reason: "The subnetwork lies in the region where the workers run.",
    source: NETWORK_PAGE,
    mend: "give a --subnetwork of the workers' region",
    check: (asked) => {
      if (asked.subnetwork === undefined) return [];
      const [region, workers] = [regionOfSubnetwork(asked.subnetwork), workersRegion(asked)];
      return broken(region === workers ? undefined : `the subnetwork is in ${region}, workers in ${workers}`);
    },
  },
  {
    id: "NET-4",
    reason: "Workers without public addresses reach Google's services by Private Google Access alone.",
    source: "Configure internet access and firewall rules (Dataflow)",
    mend: "gcloud compute networks subnets update NAME --region=REGION --enable-private-ip-google-access",
    check: ({ usePublicIps, subnetwork }, found) => {
      if (usePublicIps || subnetwork === undefined) return [];
      return seen("the subnetwork", found.subnetwork, ({ privateIpGoogleAccess }) =>
        privateIpGoogleAccess ? undefined : "the subnetwork has no Private Google Access",
      );
    },
  },
];

export const IMAGES: readonly Rule[] = [
  {
    id: "IMG-1",
    reason: "Images come from an Artifact Registry: workers without public addresses reach no public hub.",
    source: "Build custom container images for Dataflow (Dataflow)",
    mend: "push the images to REGION-docker.pkg.dev and name them there",
    check: (asked, found) =>
      images(asked, found).flatMap(({ what, image }) =>
        broken(image.location === undefined ? `${what} is from ${image.host}` : undefined),
      ),
  },
  {
    id: "IMG-2",
    reason: "Images are named by a digest or a tag of their own: what runs can be told, and gone back to.",
    source: "Run a Dataflow job in a custom container (Dataflow)",
    mend: "name the images by @sha256:DIGEST, or by a tag that is not latest",
    check: (asked, found) => images(asked, found).flatMap(({ what, image }) => broken(unversioned(what, image))),
  },
];

function unversioned(what: string, { version }: ImageName): string | undefined {
  if (version === undefined) return `${what} has neither a digest nor a tag`;
  return version === "latest" ? `${what} has the tag latest` : undefined;
}

const DEFAULT_ACCOUNT = /-compute@developer\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$/;

export const ACCOUNT: readonly Rule[] = [
  {
    id: "IAM-1",
    reason: "Workers run as an account of their own: the default one may hold the Editor role on the whole project.",
    source: "Dataflow security and permissions (Dataflow)",
    mend: "give --service_account_email of an account made for these workers",
    check: ({ serviceAccount }) => {
      if (serviceAccount === undefined) return broken("no service account is given: the default one would be taken");
      return broken(DEFAULT_ACCOUNT.test(serviceAccount) ? "the service account is a default one" : undefined);
    },
  },
];

export const BUCKETS: readonly Rule[] = [
  {
    id: "BKT-1",
    reason: "The temp location is given: with a key Dataflow makes no bucket of its own.",
    source: "Use customer-managed encryption keys (Dataflow)",
    mend: "give --temp_location gs://BUCKET/PATH",
    check: ({ tempLocation }) => broken(tempLocation === undefined ? "no temp location is given" : undefined),
  },
  {
    id: "BKT-2",
    reason: "The staging location is given: it is held against the rules as every other place is.",
    source: "Pipeline options (Dataflow)",
    mend: "give --staging_location gs://BUCKET/PATH",
    check: ({ stagingLocation }) => broken(stagingLocation === undefined ? "no staging location is given" : undefined),
  },
  {
    id: "BKT-3",
    reason: "Buckets enforce public access prevention themselves, whatever the organisation's policy becomes.",
    source: "Public access prevention (Cloud Storage)",
    mend: "gcloud storage buckets update gs://BUCKET --public-access-prevention",
    check: (asked, found) =>
      buckets(asked, found).flatMap(({ what, seen: bucket }) =>
        seen(what, bucket, ({ publicAccessPrevention }) =>
          publicAccessPrevention === "enforced" ? undefined : `${what} does not enforce public access prevention`,
        ),
      ),
  },
];
