/** What was asked and what came back, one entry a question: the evidence behind everything else. */
import { type Command, shown } from "../../resources/command";
import type { Binding, Fields } from "../../resources/resource";
import type { Gathered } from "./gather";
import type { Access, Answer, Observation } from "./model";
import type { Recorded } from "./questions";

/** In the order in which the answers came. */
export function observationsOf(gathered: Gathered): readonly Observation[] {
  const { questions, by } = gathered;
  const about = subjects(gathered);
  return questions.all().map(({ command, observedAt, asked }): Observation => {
    const line = shown(command);
    const subject = about.get(line);
    const what = subject?.what ?? wordsOf(command);
    const base = { what, command: line, observedAt, by };
    if ("trouble" in asked) {
      // A copied file is no JSON: what came of it is said with the job's graph.
      if (isCopy(command)) return { ...base, answer: {} };
      return { ...base, notObserved: asked.trouble.said };
    }
    return { ...base, answer: { ...subject?.answer, ...listed(asked) } };
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

/** By the command line. Several resources are read from one list. */
function subjects({ visits, keys }: Gathered): ReadonlyMap<string, Subject> {
  const all = new Map<string, Subject>();
  const add = (command: Command, what: string, answer: Answer) => {
    const line = shown(command);
    const before = all.get(line);
    const both = before === undefined ? what : `${before.what}, ${what}`;
    all.set(line, { what: both, answer: { ...before?.answer, ...answer } });
  };
  for (const { resource, reading } of visits) {
    const found = reading.kind === "found" ? reading : undefined;
    if (resource.look !== undefined) add(resource.look.command, resource.title, found ? fromFields(found.fields) : {});
    if (resource.policy !== undefined) {
      const bindings = found === undefined || "notObserved" in found.bindings ? [] : found.bindings;
      add(resource.policy.look.command, `grants on ${resource.title}`, { access: accessOf(bindings) });
    }
  }
  for (const { asked, key } of keys) {
    if ("notObserved" in key || key.primary === undefined) continue;
    const resource = visits.find(({ resource }) => resource.title === `key ${asked.location}/${asked.key}`)?.resource;
    const answer = { location: [asked.location], key: asked.name, keyVersions: [key.primary.name] };
    if (resource?.look !== undefined) add(resource.look.command, "its primary version", answer);
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
