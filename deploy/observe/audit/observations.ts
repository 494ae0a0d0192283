/** What was asked and what came back, one entry a question: the evidence behind everything else. */
import { type Command, shown } from "../../resources/command";
import type { Binding, Fields } from "../../resources/resource";
import type { Gathered } from "./gather";
import { describeJob, nameOfJob } from "./jobs";
import { listVersions } from "./keys";
import type { Access, Answer, Observation } from "./model";
import { isNotObserved } from "./model/told";
import type { Recorded } from "./questions";

/** In the order in which the answers came; one for each thing that an answer tells of. */
export function observationsOf(gathered: Gathered): readonly Observation[] {
  const { questions, by } = gathered;
  const about = subjects(gathered);
  return questions.all().flatMap(({ command, observedAt, asked }): readonly Observation[] => {
    const line = shown(command);
    const base = { command: line, observedAt, by };
    const things = about.get(line) ?? [{ what: wordsOf(command), answer: {} }];
    return things.map(({ what, answer }) => {
      // A copied file is no JSON: what came of it is said with the job's graph.
      if ("trouble" in asked && !isCopy(command)) return { what, ...base, notObserved: asked.trouble.said };
      return { what, ...base, answer: { ...answer, ...listed(asked) } };
    });
  });
}

const isCopy = ({ args }: Command) => args[0] === "storage" && args[1] === "cp";

/** `gcloud pubsub topics list` */
const wordsOf = ({ tool, args }: Command): string =>
  [tool, ...args.filter((word) => !word.startsWith("--")).slice(0, 4)].join(" ").slice(0, 120);

interface Subject {
  readonly what: string;
  readonly answer: Answer;
}

/** By the command line. Several things are read from one list. */
function subjects({ visits, keys, jobs, setup }: Gathered): ReadonlyMap<string, readonly Subject[]> {
  const all = new Map<string, Subject[]>();
  const add = (command: Command, what: string, answer: Answer) => {
    const line = shown(command);
    all.set(line, [...(all.get(line) ?? []), { what, answer }]);
  };
  for (const { resource, reading } of visits) {
    const found = reading.kind === "found" ? reading : undefined;
    if (resource.look !== undefined) add(resource.look.command, resource.title, found ? fromFields(found.fields) : {});
    if (resource.policy !== undefined) {
      const bindings = found === undefined || "notObserved" in found.bindings ? [] : found.bindings;
      add(resource.policy.look.command, `grants on ${resource.title}`, { access: accessOf(bindings) });
    }
  }
  for (const { asked, versions, key } of keys) {
    const title = `versions of key ${asked.location}/${asked.key}`;
    const primary = "notObserved" in key || key.primary === undefined ? [] : [key.primary.name];
    const seen = isNotObserved(versions) ? {} : { location: [asked.location], key: asked.name, keyVersions: primary };
    add(listVersions(asked), title, seen);
  }
  for (const job of isNotObserved(jobs) ? [] : [...jobs.ours, ...jobs.others]) {
    const key = job.environment?.serviceKmsKeyName ?? null;
    add(describeJob(setup.project, job.location, job.id), nameOfJob(job), { location: [job.location], key });
  }
  return all;
}

function fromFields({ location, key, storage }: Fields): Answer {
  const regions = (storage as { regions?: string[] } | undefined)?.regions;
  return {
    ...(typeof location === "string" && { location: [location] }),
    ...(regions !== undefined && { location: regions }),
    ...(key !== undefined && { key: key as string | null }),
  };
}

const accessOf = (bindings: readonly Binding[]): readonly Access[] =>
  bindings.map(({ role, members = [], condition }) => ({ role, members, conditional: condition !== undefined }));

function listed(asked: Recorded["asked"]): Answer {
  return "answer" in asked && Array.isArray(asked.answer) ? { count: asked.answer.length } : {};
}
