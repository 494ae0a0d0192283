/** Google's forms of names, and what a name tells of a location. */

export type DeploymentErrorCode =
  | "malformed"
  | "contradictory"
  | "missing"
  | "unknown_profile"
  | "unknown_rule"
  | "unknown_setting";

/** What is asked for cannot be a deployment. The message is one line: what was found and what mends it. */
export class DeploymentError extends Error {
  constructor(
    readonly code: DeploymentErrorCode,
    /** The setting at fault, by its name in `Deployment`; `profile` or `accept`. */
    readonly setting: string,
    message: string,
  ) {
    super(message.replaceAll(/\s+/g, " "));
  }
}

export interface KeyName {
  readonly project: string;
  /** A region, a multi-region or `global`. */
  readonly location: string;
  readonly ring: string;
  readonly key: string;
}

export interface ImageName {
  readonly host: string;
  /** Where the host tells it: `REGION-docker.pkg.dev`, which may also be a multi-region. */
  readonly location?: string;
  /** The digest, else the tag. */
  readonly version?: string;
}

const REGION = /^[a-z]+-[a-z]+\d+$/;
const ZONE = /^([a-z]+-[a-z]+\d+)-[a-z]$/;
const PROJECT = "(?:[a-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9-]*";
const KEY = new RegExp(
  `^projects/(?<project>${PROJECT})/locations/(?<location>[a-z0-9-]+)/keyRings/(?<ring>[\\w-]{1,63})/cryptoKeys/(?<key>[\\w-]{1,63})$`,
);
const SUBNETWORK = new RegExp(
  `^(?:https://www\\.googleapis\\.com/compute/v1/)?(?:projects/${PROJECT}/)?regions/([a-z]+-[a-z]+\\d+)/subnetworks/[a-z][a-z0-9-]*$`,
);
const BUCKET_PATH = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/[^\r\n]*$/;
const IMAGE =
  /^(?:(?<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?|localhost(?::\d+)?)\/)?(?<path>[A-Za-z0-9]+(?:[./_-]+[A-Za-z0-9]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** `T` of projects/P/topics/T, of a URL as well. */
export const lastPart = (name = ""): string => name.slice(name.lastIndexOf("/") + 1);

/** False of `global` and of multi-regions (`europe`, `eur4`, `nam-eur-asia1`). */
export const isRegion = (location: string): boolean => REGION.test(location);

/** `europe-west2` of `europe-west2-b`. Throws DeploymentError. */
export function regionOfZone(zone: string): string {
  return ZONE.exec(zone)?.[1] ?? malformed("workerZone", zone, "a region and a letter, as in europe-west2-b");
}

/** The parts of projects/P/locations/L/keyRings/R/cryptoKeys/K. Throws DeploymentError. */
export function parseKey(name: string): KeyName {
  const parts = KEY.exec(name)?.groups;
  if (parts) return parts as unknown as KeyName;
  return malformed("dataflowKmsKey", name, "projects/P/locations/L/keyRings/R/cryptoKeys/K, without a version");
}

/** The location of a key or of one of its versions. Throws DeploymentError. */
export function locationOfKey(name: string): string {
  return /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\//.exec(name)?.[1] ?? parseKey(name).location;
}

/** The region of regions/R/subnetworks/S, with or without its project or URL before it. Throws DeploymentError. */
export function regionOfSubnetwork(name: string): string {
  return SUBNETWORK.exec(name)?.[1] ?? malformed("subnetwork", name, "regions/REGION/subnetworks/NAME");
}

/** The parts of [HOST/]PATH[:TAG][@sha256:DIGEST]; without a host it is docker.io's. Throws DeploymentError. */
export function parseImage(name: string, setting = "image"): ImageName {
  const parts = IMAGE.exec(name)?.groups;
  if (!parts) return malformed(setting, name, "REGION-docker.pkg.dev/P/REPOSITORY/NAME:TAG or …@sha256:DIGEST");
  const host = parts.host ?? "docker.io";
  const location = /^(.+)-docker\.pkg\.dev$/.exec(host)?.[1];
  const version = parts.digest ?? parts.tag;
  return { host, ...(location !== undefined && { location }), ...(version !== undefined && { version }) };
}

/** `bucket` of gs://bucket/path. Throws DeploymentError. */
export function bucketOf(location: string, setting = "bucket"): string {
  return BUCKET_PATH.exec(location)?.[1] ?? malformed(setting, location, "gs://BUCKET/PATH");
}

/** `workerZone` is said `worker zone`. */
function malformed(setting: string, value: string, form: string): never {
  const name = setting.replaceAll(/[A-Z]+/g, (capital) => ` ${capital.toLowerCase()}`);
  throw new DeploymentError("malformed", setting, `${name} ${value} is not of the form ${form}`);
}

/** The forms that have no parts of interest. */
const FORMS: Record<string, { readonly form: RegExp; readonly said: string }> = {
  project: { form: new RegExp(`^${PROJECT}$`), said: "letters, digits and hyphens, as in my-project" },
  region: { form: REGION, said: "a region, as in europe-west2" },
  topic: { form: resource("topics"), said: "projects/P/topics/T" },
  subscription: { form: resource("subscriptions"), said: "projects/P/subscriptions/S" },
  dataset: { form: /^\w{1,1024}$/, said: "letters, digits and underscores" },
  table: {
    form: /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u,
    said: "letters, digits, underscores, dashes, spaces",
  },
  network: { form: /^[\w./:-]+$/, said: "a network's name or URL" },
  serviceAccount: {
    form: /^[A-Za-z0-9.-]+@[A-Za-z0-9.-]+\.gserviceaccount\.com$/,
    said: "NAME@PROJECT.iam.gserviceaccount.com",
  },
};

function resource(kind: string): RegExp {
  return new RegExp(`^projects/${PROJECT}/${kind}/[A-Za-z][\\w.~+%-]{2,254}$`);
}

/** Throws DeploymentError where `value` is not of the form that Google gives names of this kind. */
export function checkForm(kind: keyof typeof FORMS & string, value: string, setting: string = kind): void {
  const { form, said } = FORMS[kind]!;
  if (!form.test(value)) malformed(setting, value, said);
}
