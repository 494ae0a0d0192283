/**
 * Takes away what is this deployment's: what carries its label or, of a kind without labels, what it declares and is not given. What others
 * need is left first, what holds data last and only where that is asked for, keys never. Safe to be killed anywhere and run again.
 */
import { asking } from "../observe/ask";
import type { Plan } from "../observe/plan";
import { headline } from "../observe/print-plan";
import { readOne } from "../observe/read";
import { type Command, shown } from "../resources/command";
import type { Grant, Resource } from "../resources/resource";
import { behindOf, type Visit } from "../walk";
import { isGranted, type Reading } from "../walk/diff";
import { ApplyError, type Doing, PASSES, runAll, WAITS_MS } from "./apply";
import { sideBySide } from "./side-by-side";

export interface Step {
  readonly resource: Resource;
  /** What is left to do, by what is there. */
  readonly left: (reading: Reading) => readonly Command[];
  readonly commands: readonly Command[];
}

export interface Stays {
  readonly title: string;
  readonly why: string;
}

export interface Teardown {
  readonly steps: readonly Step[];
  readonly stays: readonly Stays[];
  /** What nobody could look at: it may be there still. */
  readonly notObserved: readonly Stays[];
}

/** What `plan` found of this deployment, in the order in which it is taken away. */
export function teardownOf({ setup, visits }: Plan, deleteData: boolean): Teardown {
  const label = setup.settings.DEPLOYMENT;
  const staying = new Map<Resource, string>();
  for (const visit of [...visits].reverse()) {
    const why = whyItStays(visit, label, deleteData) ?? neededBy(visit.resource, staying);
    if (why !== undefined) staying.set(visit.resource, why);
  }
  const backwards = visits.filter(({ reading }) => reading.kind === "found").reverse();
  const account = backwards.find(({ resource }) => resource.kind === "serviceaccount");
  const goes = account !== undefined && !staying.has(account.resource) ? setup.worker : undefined;
  const revokes = backwards
    .filter((visit) => staying.has(visit.resource) && isOurs(visit, label))
    .map(({ resource, reading }) => stepOf(resource, reading, (now) => revoked(resource, now, goes)));
  const removed = backwards.filter(({ resource }) => !staying.has(resource));
  const removals = (data: boolean) =>
    removed
      .filter(({ resource }) => isData(resource) === data)
      .map(({ resource, reading }) => stepOf(resource, reading, (now) => removal(resource, now)));
  const unseen = visits.filter(({ reading, given }) => reading.kind === "not observed" && !given);
  return {
    // A deleted account would linger in the policies of what stays.
    steps: [...revokes, ...removals(false), ...removals(true)].filter(({ commands }) => commands.length > 0),
    stays: visits.flatMap(({ resource, reading }) => {
      const why = staying.get(resource);
      return why === undefined || reading.kind !== "found" ? [] : [{ title: resource.title, why }];
    }),
    notObserved: unseen.map(({ resource, reading }) => ({
      title: resource.title,
      why: reading.kind === "not observed" ? reading.notObserved : "",
    })),
  };
}

const isData = ({ remove }: Resource) => typeof remove === "object" && remove.data === true;

/** Where a kind has no label its fields have no `deployment`; where one carries none, it is null. */
function isOurs({ given, reading }: Visit, label: string): boolean {
  return !given && reading.kind === "found" && [undefined, label].includes(reading.fields.deployment as string);
}

function whyItStays(visit: Visit, label: string, deleteData: boolean): string | undefined {
  const { given, reading, resource } = visit;
  if (given) return "it is given: whoever owns it decides";
  if (reading.kind === "not observed") return "nobody could look at it";
  if (reading.kind !== "found") return undefined;
  if (!isOurs(visit, label)) return `it does not carry the label deployment=${label}`;
  if (resource.remove === undefined) return "nothing says how it is taken away";
  if (typeof resource.remove === "string") return resource.remove;
  return resource.remove.data && !deleteData ? "it holds data: --delete-data takes it away, too" : undefined;
}

/** Of what holds data: a subscription that stays needs its topic. */
function neededBy(resource: Resource, staying: ReadonlyMap<Resource, string>): string | undefined {
  if (!isData(resource)) return undefined;
  const by = [...staying.keys()].find(({ refersTo }) => refersTo.includes(resource));
  return by && `${by.title} stays, and needs it`;
}

const stepOf = (resource: Resource, reading: Reading, left: Step["left"]): Step => ({
  resource,
  left,
  commands: left(reading),
});

function removal({ remove }: Resource, reading: Reading): readonly Command[] {
  return reading.kind === "found" && typeof remove === "object" ? remove.commands(reading.fields) : [];
}

function revoked({ policy }: Resource, reading: Reading, member: string | undefined): readonly Command[] {
  const { revoke, grants = [] } = policy ?? {};
  if (revoke === undefined || reading.kind !== "found" || "notObserved" in reading.bindings) return [];
  const { bindings } = reading;
  return grants.filter((grant: Grant) => grant.member === member && isGranted(grant, bindings)).map(revoke);
}

export function teardownAsText(
  { setup }: Plan,
  { steps, stays, notObserved }: Teardown,
  keys: readonly Command[],
): string {
  const listed = (word: string, all: readonly Stays[]) =>
    all.map(({ title, why }) => `${word.padEnd(14)}${title}: ${why}`);
  const blocks = steps.map(({ resource, commands }) => [`# ${resource.title}`, ...commands.map(shown)].join("\n"));
  const destroyed = [
    "# the keys' versions: when they are destroyed nothing that is under them can be read, by anybody, for good",
    ...keys.map(shown),
  ];
  return `${[
    `teardown of ${headline(setup)}`,
    [...listed("stays", stays), ...listed("not observed", notObserved)].join("\n"),
    ...(steps.length + keys.length === 0
      ? ["There is nothing to take away."]
      : ["teardown runs these commands, in this order:"]),
    ...blocks,
    ...(keys.length > 0 ? [destroyed.join("\n")] : []),
  ].join("\n\n")}\n`;
}

/** `keys` are the commands that destroy versions: at the end. Throws ApplyError where the cloud refuses a command. */
export async function tearDown({ steps }: Teardown, keys: readonly Command[], doing: Doing): Promise<void> {
  let started = 0;
  await sideBySide(
    steps,
    (step) => stepsBefore(step, steps),
    async (step) => {
      started += 1;
      doing.progress(`[${started}/${steps.length}] ${step.resource.title}`);
      await takeAway(step, doing);
    },
  );
  const stopped = await runAll("versions of the keys", keys, doing);
  if (stopped !== undefined) throw refused("the keys' versions", `${shown(stopped.command)}\n  ${stopped.said}`);
}

/** What refers to it goes first; and what holds data waits for everything else. */
function stepsBefore(step: Step, steps: readonly Step[]): readonly Step[] {
  const { resource } = step;
  return steps
    .slice(0, steps.indexOf(step))
    .filter((other) => behindOf(other.resource).has(resource) || (isData(resource) && !isData(other.resource)));
}

/** What fails and may pass by itself is looked at again first: it may be gone. */
async function takeAway({ resource, left, commands }: Step, doing: Doing): Promise<void> {
  let todo = commands;
  let said = "";
  for (const ms of [0, ...WAITS_MS]) {
    if (ms > 0) {
      await doing.wait(ms);
      const reading = await look(resource, doing);
      if (reading.kind !== "not observed") todo = left(reading);
    }
    const stopped = await runAll(resource.title, todo, doing);
    if (stopped === undefined) return;
    said = `${shown(stopped.command)}\n  ${stopped.said}`;
    if (stopped.kind !== "absent" && !PASSES.has(stopped.kind)) break;
    doing.progress(`  ${resource.title}: ${stopped.said}; again`);
  }
  throw refused(resource.title, said);
}

const refused = (what: string, said: string) =>
  new ApplyError("refused", `${what}: ${said}\n  mend what it says, and run teardown again: it goes on from here`);

async function look(resource: Resource, { run, wait }: Doing): Promise<Reading> {
  // Where what it lies in is gone, so is it.
  return readOne(resource, asking(run, wait), async () => ({ kind: "absent" }));
}
