/** The settings of `.env` and of make: what each is for, its form, and what it is where it is not given. */
import { DeploymentError } from "./names";

interface Setting {
  readonly what: string;
  readonly form: RegExp;
  /** The form in words. */
  readonly said: string;
  /** What it is where it is not given; empty where it can be left out, undefined where it cannot. */
  readonly usual?: string;
}

const setting = (what: string, form: RegExp, said: string, usual?: string): Setting => ({
  what,
  form: new RegExp(`^(?:${form.source})$`, form.flags),
  said,
  ...(usual !== undefined && { usual }),
});

const project = /(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/;
const projectSaid = "6 to 30 lower-case letters, digits and hyphens, beginning with a letter";
const region = /[a-z]+-[a-z]+\d+/;
const kmsName = (what: string, usual: string) =>
  setting(what, /\w[\w-]{0,62}/, "1 to 63 letters, digits, underscores and hyphens", usual);
const pubsubName = (what: string, usual: string) =>
  setting(
    what,
    /(?!goog)[A-Za-z][\w.~+%-]{2,254}/,
    "3 to 255 letters, digits and -._~+%, beginning with a letter, not with goog",
    usual,
  );
const computeName = (what: string, usual: string) =>
  setting(what, /[a-z]([-a-z0-9]{0,61}[a-z0-9])?/, "lower-case letters, digits and hyphens, at most 63", usual);
const days = (what: string, usual: string) => setting(what, /[1-9]\d{0,3}/, "a number of days", usual);
const yesOrNo = (what: string, usual: "yes" | "no") => setting(what, /yes|no/, "yes or no", usual);
const list = (what: string) => setting(what, /[\w.:/-]+(?:[ ,]+[\w.:/-]+)*/, "names, parted by commas", "");

const IPV4 = /(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)/;
const columns = /[A-Za-z_]\w{0,299}/;

/** In the order of deployment.example.env. */
export const SETTINGS = {
  PROJECT_ID: setting("the project that holds everything", project, projectSaid),
  PROFILE: setting("london, or article: its split of 2020, with the rules that it breaks", /\w+/, "a name", "london"),
  REGION: setting("where everything is, and the job's endpoint", region, "a region, as in europe-west2", ""),
  ZONE: setting(
    "pins the workers to a zone of that region; without one Dataflow picks one that has room",
    new RegExp(`${region.source}-[a-z]`),
    "a zone, as in europe-west2-b",
    "",
  ),
  DEPLOYMENT: setting(
    "the label that everything of this deployment carries",
    /[a-z][a-z0-9_-]{0,62}/,
    "lower-case letters, digits, underscores and hyphens, at most 63",
    "str-pl",
  ),
  GIVEN: list("what others own, by kind: it is looked at and held against the rules, never made or changed"),
  ACCEPT: list("rules that are broken knowingly, by id"),

  KEY_PROJECT: setting("the project of the keys, where it is another", project, projectSaid, ""),
  KEY_RING: kmsName("the key ring of the region", "str-pl-london-kr"),
  KEY: kmsName("the key of the region", "str-pl-london-key01"),
  DATAFLOW_KEY_RING: setting(
    "the key ring of Dataflow's key, where it is another",
    /[\w-]{0,63}/,
    "a key ring's name",
    "",
  ),
  DATAFLOW_KEY: setting("Dataflow's key, where it is another", /\w[\w-]{0,62}/, "a key's name", ""),
  KEY_PROTECTION: setting(
    "software, hsm or external",
    /software|hsm|external/,
    "software, hsm or external",
    "software",
  ),
  KEY_EXTERNAL_URI: setting(
    "the key's address at its manager, where it is external",
    /https:\/\/[\w.:/-]+/,
    "an https address",
    "",
  ),
  KEY_ROTATION_DAYS: days("a new primary version every so many days; older ones still decrypt", "90"),
  KEY_DESTROY_DAYS: days(
    "between scheduling a version's destruction and destroying it; fixed when the key is made",
    "30",
  ),

  TOPIC: pubsubName("where messages are published", "str-pl-pubsub-topic"),
  SUBSCRIPTION: pubsubName("what the pipeline reads", "str-pl-pubsub-subscription"),
  DEAD_LETTER_TOPIC: pubsubName("where dead letters are published", "str-pl-pubsub-topic-dead-letters"),
  DEAD_LETTER_SUBSCRIPTION: pubsubName("what keeps them until somebody reads them", "str-pl-pubsub-dead-letters"),
  RETENTION_DAYS: setting("how long a message waits, at most 7 days", /[1-7]/, "1 to 7 days", "7"),
  EXACTLY_ONCE: yesOrNo("exactly-once delivery: for subscribers of your own; Dataflow is slower with it", "no"),

  DATASET: setting("BigQuery's dataset", /\w{1,1024}/, "letters, digits and underscores", "da_streaming_pipeline"),
  TABLE: setting("the table of rows", /[\w-]{1,1024}/, "letters, digits, underscores and hyphens", "cc_account_info"),
  SCHEMA: setting(
    "the file with its columns",
    /[\w./-]+\.json/,
    "a path to a .json file",
    "schemas/cc_account_info.json",
  ),
  TABLE_EXPIRATION_DAYS: setting(
    "new tables of the dataset end after so many days",
    /[1-9]\d{0,4}/,
    "a number of days",
    "",
  ),
  PARTITION_COLUMN: setting("parts the table by day", columns, "a column", ""),
  CLUSTER_COLUMNS: setting(
    "sorts it, at most four",
    new RegExp(`${columns.source}(?:,${columns.source}){0,3}`),
    "columns, parted by commas",
    "",
  ),
  POLICY_TAG: setting(
    "the policy tag of personal columns: who may read them",
    /projects\/[\w.:-]+\/locations\/[a-z0-9-]+\/taxonomies\/\d+\/policyTags\/\d+/,
    "projects/P/locations/L/taxonomies/N/policyTags/N",
    "",
  ),

  BUCKET: setting(
    "staging and temp; names of buckets are the whole world's",
    /(?!goog)(?!.*google)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]/,
    "3 to 63 lower-case letters, digits, hyphens and underscores, without the word google",
    "da_streaming_pipeline",
  ),
  TEMP_DAYS: days("files under temp/ are deleted after so many days", "7"),
  REGISTRY: computeName("the repository of the worker images", "da-streaming-pipeline"),
  SERVICE_ACCOUNT: setting(
    "the workers' account",
    /[a-z][a-z0-9-]{4,28}[a-z0-9]/,
    "6 to 30 lower-case letters, digits and hyphens",
    "str-pl-worker",
  ),
  NETWORK_PROJECT: setting(
    "the host project of a shared network, whose owners make and change it",
    project,
    projectSaid,
    "",
  ),
  NETWORK: computeName("the network of the workers", "str-pl-london"),
  SUBNETWORK: computeName("their subnetwork", "str-pl-london"),
  SUBNETWORK_RANGE: setting(
    "its addresses",
    new RegExp(`${IPV4.source}/(?:[89]|1\\d|2\\d)`),
    "addresses such as 10.10.0.0/24",
    "10.10.0.0/24",
  ),
  LOG_BUCKET: setting(
    "the regional bucket of the workers' logs",
    /[A-Za-z0-9][\w.-]{0,99}/,
    "letters, digits and _.-",
    "str-pl-logs",
  ),
  LOG_DAYS: days("how long logs are kept", "30"),
  ALERT_CHANNELS: list("the notification channels of the alerts, projects/P/notificationChannels/N"),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = Readonly<Record<SettingName, string>>;

/**
 * What is given, and what is usual for the rest. A setting that is given empty is not given. Throws DeploymentError where a name is
 * no setting's, a value is not of its form, or there is no project.
 */
export function settingsOf(given: Readonly<Record<string, string | undefined>>): Settings {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(SETTINGS, name));
  if (unknown !== undefined) {
    throw new DeploymentError("unknown_setting", unknown, `${unknown} is no setting: see deployment.example.env`);
  }
  const all = Object.entries<Setting>(SETTINGS).map(([name, { form, said, usual }]) => {
    const value = given[name] || usual;
    if (value === undefined) throw new DeploymentError("missing", name, `${name} is not given: say which project`);
    if (value !== "" && !form.test(value))
      throw new DeploymentError("malformed", name, `${name}=${value} is not of the form: ${said}`);
    return [name, value];
  });
  return Object.fromEntries(all) as Settings;
}

/** The names of a setting that is a list. */
export const listOf = (value: string): readonly string[] => value.split(/[ ,]+/).filter((name) => name !== "");

/** deployment.example.env: every setting with what it is for, and what it is where it is left out. */
export function exampleOfSettings(): string {
  const lines = Object.entries<Setting>(SETTINGS).flatMap(([name, { what, usual }]) => [
    `# ${what}`,
    usual === undefined ? `${name}=` : `#${name}=${usual}`,
  ]);
  const head = [
    "# One deployment: copy this file to .env. What is left out is as written here, or empty: the profile's.",
    "# Each can also be given to make, which wins: make plan PROJECT_ID=my-project",
  ];
  return `${[...head, ...lines].join("\n")}\n`;
}
