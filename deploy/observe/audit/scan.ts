/** What no key covers, looked through for personal data. A hit says what kind and where, never what. */
import type { Gathered } from "./gather";
import type { Job } from "./jobs";
import type { Hit, Uncovered } from "./model";
import { isNotObserved, type NotObserved } from "./model/told";
import { kindsIn } from "./personal";
import type { LogLine } from "./stored";

interface Text {
  readonly where: string;
  readonly text: string;
}

const NOT_COVERED = "no key covers it [Use customer-managed encryption keys, Dataflow]";

export function uncoveredOf(gathered: Gathered): readonly Uncovered[] {
  const { jobs, workers, logSample } = gathered;
  const ours = isNotObserved(jobs) ? jobs : jobs.ours;
  const ofJobs = (texts: (job: Job) => readonly Text[]) => (isNotObserved(ours) ? ours : ours.flatMap(texts));
  return [
    looked("job names", NOT_COVERED, ofJobs(namesOfJob)),
    looked("labels of jobs", NOT_COVERED, ofJobs(labelsOfJob)),
    looked("parameters of jobs", NOT_COVERED, ofJobs(parametersOf)),
    looked("pipeline graphs", NOT_COVERED, graphTexts(gathered)),
    looked("labels of resources", "labels are metadata: bills and lists carry them", labelTexts(gathered)),
    looked(
      "worker names",
      NOT_COVERED,
      isNotObserved(workers)
        ? workers
        : workers.map(({ name, job }) => ({ where: `a worker of job ${job}`, text: name })),
    ),
    looked(
      "worker logs (a sample of the last day)",
      "log lines are kept where their sink says, under its key or none",
      isNotObserved(logSample) ? logSample : logSample.map(lineOf),
    ),
  ];
}

function looked(what: string, why: string, texts: readonly Text[] | NotObserved): Uncovered {
  if (isNotObserved(texts)) return { what, why, looked: texts, hits: [] };
  return { what, why, looked: texts.length, hits: hitsIn(texts) };
}

const namesOfJob = (job: Job): readonly Text[] => [{ where: `the name of job ${job.id}`, text: job.name }];

/** A label's key may be the personal datum, too: the place counts labels and names none. */
function labelsOf(labels: Readonly<Record<string, string>>, of: string): readonly Text[] {
  return Object.entries(labels).map((label, at) => ({ where: `label ${at + 1} of ${of}`, text: label.join("\n") }));
}

const labelsOfJob = (job: Job): readonly Text[] => labelsOf(job.labels ?? {}, `job ${job.id}`);

function parametersOf(job: Job): readonly Text[] {
  const { sdkPipelineOptions, experiments = [] } = job.environment ?? {};
  const given = Object.entries(sdkPipelineOptions?.options ?? {});
  return [
    ...given.map(([name, value]) => ({ where: `parameter ${name} of job ${job.id}`, text: JSON.stringify(value) })),
    ...experiments.map((text, at) => ({ where: `experiment ${at + 1} of job ${job.id}`, text })),
  ];
}

function graphTexts({ graphs, jobs }: Gathered): readonly Text[] | NotObserved {
  if (isNotObserved(jobs)) return jobs;
  const unseen = [...graphs.values()].find(isNotObserved);
  if (unseen !== undefined) return unseen;
  return [...graphs].flatMap(([id, graph]) =>
    isNotObserved(graph) ? [] : graph.texts.map((text) => ({ where: `the graph of job ${id}`, text })),
  );
}

interface Labelled {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** As the answers have them: of a list, the one entry that is the resource's. */
function labelTexts({ visits, questions }: Gathered): readonly Text[] {
  return visits.flatMap(({ resource: { title, look } }) => {
    const recorded = look && questions.of(look.command);
    if (recorded === undefined || "trouble" in recorded.asked) return [];
    const { answer } = recorded.asked;
    const name = title.slice(title.lastIndexOf(" ") + 1).replace(/^.*\//, "");
    const all = (Array.isArray(answer) ? answer : [answer]) as readonly Labelled[];
    const found = Array.isArray(answer) ? all.find((one) => one.name?.split("/").at(-1) === name) : all[0];
    return labelsOf(found?.labels ?? {}, title);
  });
}

function lineOf(line: LogLine): Text {
  const worker = line.resource?.labels?.step_id ?? "no step";
  return { where: `log lines of ${worker}`, text: line.textPayload ?? JSON.stringify(line.jsonPayload ?? "") };
}

function hitsIn(texts: readonly Text[]): readonly Hit[] {
  const found = new Map<string, Hit>();
  for (const { where, text } of texts) {
    for (const kind of kindsIn(text)) {
      const key = `${kind}\n${where}`;
      found.set(key, { kind, where, times: (found.get(key)?.times ?? 0) + 1 });
    }
  }
  return [...found.values()];
}
