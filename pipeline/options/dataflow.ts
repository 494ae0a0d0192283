import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Given } from "./command-line";
import { checkJavaFlags, checkPythonFlags, methodOptions, storageWriteOptions } from "./methods";
import { rowOptions, type RowOptions } from "./rows";
import { atMostOne, bigQueryTable, positive, pubsubSource, topic } from "./values";
import type { StorageWrite } from "../composites/composite";
import { type Methods, needsJava } from "../composites/methods";
import { FLAGS, type Flag, type FlagName, type FlagValue, type FlagValues } from "../dataflow/flags";
import { splitLabel } from "../dataflow/read-back";
import { UsageError } from "../usage-error";
import { DEFAULT_PROFILE, type Deployment, deploymentOf, withJavaImage } from "../../deploy/deployment";

export interface DataflowOptions extends RowOptions {
  readonly runner: "Dataflow";
  readonly deployment: Deployment;
  readonly profile: string;
  readonly methods: Methods;
  readonly storageWrite: StorageWrite;
  /** What was given of Dataflow's options and is no part of the deployment. */
  readonly others: FlagValues;
  /** Ids of rules that may be broken. */
  readonly accept: readonly string[];
  readonly dryRun: boolean;
  readonly drain: boolean;
  readonly wait: boolean;
  readonly keepOnMismatch: boolean;
  readonly jobFolder: string;
}

/** Throws UsageError; DeploymentError where a name is of no form that Google takes. */
export function dataflowOptions(given: Given): DataflowOptions {
  const project = given[atMostOne(given, ["project", "project_name"], "the project") ?? ""];
  if (project === undefined) throw new UsageError("missing the project: give --project");
  checkTogether(given);
  const profile = String(given.profile ?? DEFAULT_PROFILE);
  const values = flagValues(given);
  const methods = methodOptions(given);
  checkJavaFlags(given, methods);
  checkPythonFlags(given, methods);
  const deployment = deploymentOf(profile, String(project), deploymentGiven(given, values), version());
  return {
    runner: "Dataflow",
    profile,
    methods,
    storageWrite: storageWriteOptions(given, methods),
    deployment: needsJava(methods) ? withJavaImage(deployment, version()) : deployment,
    others: Object.fromEntries(Object.entries(values).filter(([name]) => !OF_DEPLOYMENT.has(name))),
    ...rowOptions(given),
    accept: ((given.accept as string[] | undefined) ?? []).flatMap((ids) => ids.split(",")),
    dryRun: given.dry_run === true,
    drain: given.drain === true,
    wait: given.wait === true,
    keepOnMismatch: given.keep_on_mismatch === true,
    jobFolder: String(given.job_folder ?? "build/dataflow"),
  };
}

/** What would do nothing beside another flag: a dry run that drains would not be dry. */
const NEVER_BESIDE: Readonly<Record<string, readonly string[]>> = {
  drain: ["dry_run", "update", "template_location", "create_from_snapshot", "keep_on_mismatch"],
  dry_run: ["wait", "keep_on_mismatch"],
  template_location: ["wait", "keep_on_mismatch"],
};

function checkTogether(given: Given): void {
  const isGiven = (flag: string) => given[flag] !== undefined && given[flag] !== false;
  if (isGiven("transform_name_mapping") && !isGiven("update")) {
    throw new UsageError("--transform_name_mapping goes with --update only");
  }
  for (const [flag, others] of Object.entries(NEVER_BESIDE)) {
    const other = others.find((one) => isGiven(flag) && isGiven(one));
    if (other !== undefined) throw new UsageError(`--${other} does nothing beside --${flag}: give one of the two`);
  }
}

function flagValues(given: Given): Partial<Record<FlagName, FlagValue>> {
  const values: Partial<Record<FlagName, FlagValue>> = {};
  for (const [name, { kind }] of Object.entries(FLAGS) as [FlagName, Flag][]) {
    const value = given[name];
    if (value === undefined) continue;
    if (kind === "count") values[name] = positive(name, value, true);
    else values[name] = value as FlagValue;
    if (kind === "object") checkNames(name, String(value));
    if (value === false && NEVER_WITHOUT.has(name)) throw new UsageError(`--${name} cannot be switched off here`);
  }
  return values;
}

/** The pipeline is a stream, and Beam's portable streams run in Streaming Engine alone. */
const NEVER_WITHOUT: ReadonlySet<string> = new Set(["streaming", "enable_streaming_engine"]);

function checkNames(flag: string, text: string): void {
  const mend = `--${flag} is no JSON object of names, as {"old":"new"}`;
  try {
    const names = JSON.parse(text) as unknown;
    const isObject = typeof names === "object" && names !== null && !Array.isArray(names);
    if (isObject && Object.values(names).every((name) => typeof name === "string")) return;
  } catch {
    // Said below.
  }
  throw new UsageError(mend);
}

/** The options that are a deployment's, or that the deployment's become. */
const OF_DEPLOYMENT: ReadonlySet<string> = new Set([
  "project",
  "region",
  "job_name",
  "labels",
  "worker_region",
  "worker_zone",
  "dataflow_kms_key",
  "staging_location",
  "temp_location",
  "service_account_email",
  "network",
  "subnetwork",
  "use_public_ips",
  "sdk_container_image",
  "python_sdk_container_image",
  "java_sdk_container_image",
]);

function deploymentGiven(given: Given, values: Partial<Record<FlagName, FlagValue>>): Partial<Deployment> {
  const text = (name: FlagName) => values[name] as string | undefined;
  const zone = atMostOne(given, ["worker_region", "worker_zone", "zone"], "where the workers run");
  const addresses = atMostOne(given, ["use_public_ips", "no_use_public_ips"], "the workers' addresses");
  const source = atMostOne(given, ["pubsub_subscription", "pubsub_topic"], "where messages come from");
  const asked = {
    region: text("region"),
    workerRegion: text("worker_region"),
    workerZone: zone === "zone" ? String(given.zone) : text("worker_zone"),
    dataflowKmsKey: text("dataflow_kms_key"),
    keyProject: given.key_project as string | undefined,
    stagingLocation: text("staging_location"),
    tempLocation: text("temp_location"),
    source: source && pubsubSource(source, given[source]),
    deadLetterTopic:
      given.dead_letter_topic === undefined ? undefined : topic("dead_letter_topic", given.dead_letter_topic),
    table: given.table === undefined ? undefined : bigQueryTable(given.table),
    workerImage: text("sdk_container_image"),
    pythonImage: text("python_sdk_container_image"),
    javaImage: text("java_sdk_container_image"),
    network: text("network"),
    subnetwork: text("subnetwork"),
    usePublicIps: addresses === undefined ? undefined : given[addresses] === (addresses === "use_public_ips"),
    serviceAccount: text("service_account_email"),
    jobName: text("job_name"),
    labels: labels(values.labels as readonly string[] | undefined),
    experiments: values.experiments as readonly string[] | undefined,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

function labels(given: readonly string[] | undefined): Record<string, string> | undefined {
  const all = given?.map(splitLabel);
  const twice = all?.find(([key], at) => all.findIndex(([other]) => other === key) !== at);
  if (twice !== undefined) throw new UsageError(`--labels gives the label ${twice[0]} twice`);
  return all && Object.fromEntries(all);
}

/** The images' tag: this package's version. */
function version(): string {
  const file = join(__dirname, "../../package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
