/** The way of a message, link by link: where each link lies, and under which key. */
import { regionOfZone } from "../../deployment";
import type { Fields } from "../../resources/resource";
import type { Visit } from "../../walk";
import type { Gathered } from "./gather";
import { imagesOf, type Job, nameOfJob, type Worker } from "./jobs";
import { isNotObserved, type KeyUsed, type Link, type None, type NotObserved, type Step, type Told } from "./model";

/** In the order of the steps. What is not there is a link all the same. */
export function chainOf(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  return [
    topicLink("messages", gathered, settings.TOPIC),
    subscriptionLink("messages", gathered, settings.SUBSCRIPTION, settings.TOPIC),
    ...jobLinks(gathered),
    registryLink(gathered),
    bucketLink(gathered),
    ...rowLinks(gathered),
    topicLink("dead letters", gathered, settings.DEAD_LETTER_TOPIC),
    subscriptionLink("dead letters", gathered, settings.DEAD_LETTER_SUBSCRIPTION, settings.DEAD_LETTER_TOPIC),
    ...logLinks(gathered),
    ...copyLinks(gathered),
  ];
}

/** The fields of a resource, by the beginning of its title. */
export function fieldsOf({ visits }: Gathered, title: string): Fields | None | NotObserved {
  const visit = visits.find(({ resource }) => resource.title === title);
  return visit === undefined ? { notObserved: "nobody looked" } : fieldsOfVisit(visit);
}

function fieldsOfVisit({ reading }: Visit): Fields | None | NotObserved {
  if (reading.kind === "found") return reading.fields;
  return reading.kind === "not observed" ? { notObserved: reading.notObserved } : { none: "it is not there" };
}

/** What is missing, or was not seen, is so of its place and of its key. */
function linkOf(step: Step, what: string, fields: Fields | None | NotObserved, of: (fields: Fields) => Where): Link {
  if ("notObserved" in fields || "none" in fields)
    return { step, what, place: fields as None, key: fields as None, more: {} };
  return { step, what, ...of(fields) };
}

export function keyUsed(key: unknown, versions: KeyUsed["versions"]): Told<KeyUsed> {
  if (typeof key !== "string") return { none: "Google's own key" };
  const [name, version] = key.split("/cryptoKeyVersions/");
  return { name: name!, versions: version === undefined ? versions : [key] };
}

const UNTOLD = (service: string): NotObserved => ({ notObserved: `${service} does not tell the version` });
const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));
const days = (seconds: unknown): string => `${Number.parseInt(text(seconds), 10) / 86_400} days`;

function topicLink(step: Step, gathered: Gathered, name: string): Link {
  return linkOf(step, `topic ${name}`, fieldsOf(gathered, `topic ${name}`), ({ key, storage }) => {
    const { regions, enforceInTransit } = storage as { regions: string[]; enforceInTransit: boolean };
    return {
      place: regions.length === 0 ? ["any region"] : regions,
      key: keyUsed(key, UNTOLD("Pub/Sub")),
      more: { "through other regions": enforceInTransit ? "refused" : "allowed" },
    };
  });
}

/** Messages wait where their topic stores them, and under its key. */
function subscriptionLink(step: Step, gathered: Gathered, name: string, topic: string): Link {
  const { place, key } = topicLink(step, gathered, topic);
  return linkOf(step, `subscription ${name}`, fieldsOf(gathered, `subscription ${name}`), ({ retention }) => ({
    place,
    key,
    more: { "waits at most": days(retention), "lies with": `topic ${topic}` },
  }));
}

function jobLinks(gathered: Gathered): readonly Link[] {
  const { jobs } = gathered;
  const untold = (step: Step, what: string, why: None | NotObserved): Link => ({
    step,
    what,
    place: why,
    key: why,
    more: {},
  });
  const nothing: None | NotObserved = isNotObserved(jobs) ? jobs : { none: "no job of this deployment runs" };
  if (isNotObserved(jobs) || jobs.ours.length === 0) {
    return [untold("workers", "workers of the job", nothing), untold("state", "state of the job", nothing)];
  }
  return [
    ...jobs.ours.map((job) => workersLink(gathered, job)),
    ...jobs.ours.map((job): Link => {
      const engine = (job.environment?.experiments ?? []).includes("enable_streaming_engine");
      return {
        step: "state",
        what: `state of ${nameOfJob(job)}`,
        place: [job.location],
        key: keyUsed(job.environment?.serviceKmsKeyName, UNTOLD("Dataflow")),
        more: { "kept by": engine ? "Streaming Engine" : "the workers' disks" },
      };
    }),
  ];
}

function workersLink(gathered: Gathered, job: Job): Link {
  const { environment = {} } = job;
  const [pool] = environment.workerPools ?? [];
  const seen = isNotObserved(gathered.workers) ? [] : gathered.workers.filter((worker) => worker.job === job.id);
  const asked = environment.workerZone ?? environment.workerRegion ?? job.location;
  return {
    step: "workers",
    what: `workers of ${nameOfJob(job)}`,
    place: seen.length > 0 ? [...new Set(seen.map(({ zone }) => zone))].sort() : [asked],
    key: keyUsed(environment.serviceKmsKeyName, UNTOLD("Compute Engine")),
    more: {
      ...machines(gathered.workers, seen),
      machine: seen[0]?.machine ?? pool?.machineType ?? "the service's choice",
      network: pool?.subnetwork ?? pool?.network ?? "default",
      "external address": externalOf(seen, pool?.ipConfiguration),
      account: environment.serviceAccountEmail ?? "the default one",
      images: String(imagesOf(job).length),
    },
  };
}

function machines(workers: Gathered["workers"], seen: readonly Worker[]): Record<string, string> {
  if (isNotObserved(workers)) return { machines: `not observed: ${workers.notObserved}; as the job asks for them` };
  return { machines: seen.length === 0 ? "none seen; as the job asks for them" : String(seen.length) };
}

function externalOf(seen: readonly Worker[], asked: string | undefined): string {
  if (seen.some(({ external }) => external)) return "yes";
  return asked === "WORKER_IP_PRIVATE" ? "none" : "asked for";
}

function registryLink(gathered: Gathered): Link {
  const { region, settings } = gathered.setup;
  const what = `repository ${region}/${settings.REGISTRY}`;
  return linkOf("images", what, fieldsOf(gathered, what), ({ key }) => {
    const digests = [...gathered.images.values()]
      .flat()
      .map(({ name, digest }) => [
        name.slice(name.lastIndexOf("/") + 1).split("@")[0]!,
        typeof digest === "string" ? digest : digest.notObserved,
      ]);
    return {
      place: [region],
      key: keyUsed(key, UNTOLD("Artifact Registry")),
      more: Object.fromEntries(digests),
    };
  });
}

function bucketLink(gathered: Gathered): Link {
  const { objects, setup } = gathered;
  const what = `bucket ${setup.settings.BUCKET}`;
  return linkOf("files", what, fieldsOf(gathered, what), ({ location, key, publicAccess }) => {
    const seen = isNotObserved(objects)
      ? objects
      : [...new Set(objects.flatMap(({ kms_key }) => kms_key ?? []))].sort();
    const bare = isNotObserved(objects) ? 0 : objects.filter(({ kms_key }) => kms_key === undefined).length;
    return {
      place: [text(location)],
      key: keyUsed(key, seen),
      more: {
        holds: "the staged graph, temporary files",
        files: isNotObserved(objects) ? `not observed: ${objects.notObserved}` : String(objects.length),
        ...(bare > 0 && { "files without a key": String(bare) }),
        "public access": publicAccess === "enforced" ? "prevented" : "as the organisation has it",
      },
    };
  });
}

function rowLinks(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  const dataset = fieldsOf(gathered, `dataset ${settings.DATASET}`);
  const name = `table ${settings.DATASET}.${settings.TABLE}`;
  const table = tableAsAnswered(gathered);
  return [
    linkOf("rows", `dataset ${settings.DATASET}`, dataset, ({ location, key }) => ({
      place: [text(location)],
      key: keyUsed(key, UNTOLD("BigQuery")),
      more: { key: "of new tables" },
    })),
    linkOf("rows", name, fieldsOf(gathered, name), ({ key }) => ({
      place: [(table?.location ?? text("location" in dataset ? dataset.location : "not told")).toLowerCase()],
      key: keyUsed(key, UNTOLD("BigQuery")),
      more: { rows: table?.numRows ?? "not told" },
    })),
  ];
}

/** The table's own words: it says where it lies itself. */
function tableAsAnswered({ visits, questions }: Gathered): { location?: string; numRows?: string } | undefined {
  const look = visits.find(({ resource }) => resource.kind === "table")?.resource.look;
  const recorded = look && questions.of(look.command);
  return recorded !== undefined && "answer" in recorded.asked
    ? (recorded.asked.answer as { location?: string; numRows?: string })
    : undefined;
}

type Where = Pick<Link, "place" | "key" | "more">;
const NO_LINES = { none: "it leaves the workers' lines out" };
const LEFT_OUT: Where = { place: NO_LINES, key: NO_LINES, more: {} };
const GLOBAL: Where = {
  place: ["global"],
  key: { none: "Google's own key" },
  more: { holds: "the workers' lines, too" },
};

function logLinks(gathered: Gathered): readonly Link[] {
  const { region, settings } = gathered.setup;
  const what = `log bucket ${region}/${settings.LOG_BUCKET}`;
  const own = fieldsOf(gathered, what);
  const sink = fieldsOf(gathered, "log sink _Default");
  const excluded = "leavesOut" in sink ? (sink.leavesOut as { disabled: boolean } | null) : undefined;
  const leaves = excluded !== undefined && excluded !== null && !excluded.disabled;
  return [
    linkOf("logs", what, own, ({ key, days }) => ({
      place: [region],
      key: keyUsed(key, UNTOLD("Cloud Logging")),
      more: { "kept for": `${text(days)} days` },
    })),
    linkOf("logs", "log sink _Default", sink, () => (leaves ? LEFT_OUT : GLOBAL)),
  ];
}

/** Copies lie with what they are copies of. */
function copyLinks(gathered: Gathered): readonly Link[] {
  const { copies, setup } = gathered;
  const { settings } = setup;
  const sources = {
    messages: topicLink("copies", gathered, settings.TOPIC),
    rows: rowLinks(gathered)[0]!,
    state: jobLinks(gathered).find(({ step }) => step === "state")!,
  };
  const listed = (["messages", "state", "rows"] as const).flatMap((kind): Link[] => {
    const all = copies[kind];
    if (isNotObserved(all)) return [{ step: "copies", what: `copies of ${kind}`, place: all, key: all, more: {} }];
    const { place, key, what } = sources[kind];
    if (all.length > 0) return all.map((one) => ({ step: "copies", what: one.what, place, key, more: { of: what } }));
    const none = { none: "there are none" };
    return [{ step: "copies", what: `copies of ${kind}`, place: none, key: none, more: {} }];
  });
  return [...listed, ...keptVersions(gathered)];
}

/** What a bucket and a table keep of what is deleted. */
function keptVersions(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  const { place, key } = bucketLink(gathered);
  const rows = rowLinks(gathered)[1]!;
  const more = { until: `${settings.TEMP_DAYS} days after they are replaced or deleted` };
  return [
    { step: "copies", what: `older versions in bucket ${settings.BUCKET}`, place, key, more },
    {
      step: "copies",
      what: `time travel and fail-safe of ${rows.what}`,
      place: rows.place,
      key: rows.key,
      more: { until: "7 days of time travel at most, then 7 of fail-safe" },
    },
  ];
}

/** The region of a region or a zone; what is neither is given back. */
export function regionOf(place: string): string {
  return /-[a-z]$/.test(place) ? regionOfZone(place) : place;
}
