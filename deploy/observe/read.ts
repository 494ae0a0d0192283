/** Reads what is there of a deployment: independent questions side by side. */
import { listServices } from "../resources/apis";
import type { Look, Resource } from "../resources/resource";
import type { Asked as AskedFor, Setup } from "../resources/setup";
import { gcloud } from "../resources/command";
import type { Reading } from "../walk/diff";
import type { Ask } from "./ask";
import type { Trouble } from "./trouble";

/** The project cannot be looked at, so nothing can be declared. */
export class ProjectNotObserved extends Error {}

/** Looks up what resources are declared from. Throws ProjectNotObserved. */
export async function readSetup(asked: AskedFor, ask: Ask): Promise<Setup> {
  const { project } = asked;
  const [projectNumber, logging] = await Promise.all([
    numberOf(project, ask),
    ask(gcloud("logging settings describe", { project, format: "json" })),
  ]);
  const settings = "answer" in logging ? (logging.answer as { kmsServiceAccountId?: string }) : {};
  return {
    ...asked,
    projectNumber,
    // Without an answer, as where the API is still off, the form that accounts of new projects have.
    loggingAccount: settings.kmsServiceAccountId ?? `service-${projectNumber}@gcp-sa-logging.iam.gserviceaccount.com`,
  };
}

/**
 * The services that are on are asked for anyway, and their names have it; a new project has no API that describes it.
 * Throws ProjectNotObserved.
 */
async function numberOf(project: string, ask: Ask): Promise<string> {
  const listed = await ask(listServices(project));
  const services = "answer" in listed ? (listed.answer as readonly { readonly name?: string }[]) : [];
  const [, number] = /^projects\/(\d+)\/services\//.exec(services[0]?.name ?? "") ?? [];
  if (number !== undefined) return number;
  const described = await ask(gcloud("projects describe", { format: "json" }, project));
  if ("trouble" in described) throw new ProjectNotObserved(`project ${project}: ${described.trouble.said}`);
  const { projectNumber } = described.answer as { projectNumber?: string };
  if (projectNumber === undefined) throw new ProjectNotObserved(`project ${project} has no number`);
  return projectNumber;
}

/** Every resource's reading. */
export async function readAll(resources: readonly Resource[], ask: Ask): Promise<ReadonlyMap<Resource, Reading>> {
  const readings = new Map<Resource, Promise<Reading>>();
  const reading = (resource: Resource): Promise<Reading> => {
    const read = readings.get(resource) ?? readOne(resource, ask, reading);
    readings.set(resource, read);
    return read;
  };
  // bq takes four times as long as gcloud: what waits for it starts first.
  for (const resource of resources.filter(({ look }) => look?.command.tool === "bq")) void reading(resource);
  return new Map(await Promise.all(resources.map(async (resource) => [resource, await reading(resource)] as const)));
}

/** `others` says what is there of what it refers to, which explains why a question fails. */
export async function readOne(
  resource: Resource,
  ask: Ask,
  others: (resource: Resource) => Promise<Reading>,
): Promise<Reading> {
  const { policy } = resource;
  const [seen, granted] = await Promise.all([
    resource.look === undefined ? { found: {} } : look(resource.look, ask),
    policy === undefined || policy.grants.length === 0 ? { found: [] } : look(policy.look, ask),
  ]);
  if ("trouble" in seen) return unanswered(resource, seen.trouble, others);
  if (seen.found === undefined) return { kind: "absent" };
  if (!("trouble" in granted)) return { kind: "found", fields: seen.found, bindings: granted.found ?? [] };
  if (granted.trouble.kind === "api off") return { kind: "presumed absent" };
  return { kind: "found", fields: seen.found, bindings: { notObserved: granted.trouble.said } };
}

type Seen<T> = { readonly found: T | undefined } | { readonly trouble: Trouble };

async function look<T>({ command, pick, otherwise }: Look<T>, ask: Ask): Promise<Seen<T>> {
  const asked = await ask(command);
  if ("answer" in asked) return { found: pick(asked.answer as never) };
  if (otherwise !== undefined) return look(otherwise, ask);
  return asked.trouble.kind === "absent" ? { found: undefined } : asked;
}

/** Nothing is in what is not there. And while an API is off nobody can look; what is there shows when it is on. */
async function unanswered(
  { api, refersTo }: Resource,
  { kind, said }: Trouble,
  others: (resource: Resource) => Promise<Reading>,
): Promise<Reading> {
  if (kind === "api off") return { kind: "presumed absent" };
  const around = await Promise.all(refersTo.filter((other) => other.api === api).map(others));
  const without = around.find(({ kind }) => kind === "absent" || kind === "presumed absent");
  return without ?? { kind: "not observed", notObserved: said };
}
