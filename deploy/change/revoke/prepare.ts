/** What is to be taken, what will stop, and by what each consumer is asked: looked at, and nothing changed. */
import { lastPart } from "../../deployment";
import type { KeyAsked } from "../../deployment/from-settings";
import { probesOf, type Unprobed } from "../../observe/access/probes";
import { underKeys } from "../../observe/access/under";
import type { Ask } from "../../observe/ask";
import { type Jobs, readJobs } from "../../observe/audit/jobs";
import { keysOf } from "../../observe/audit/keys";
import { resourcesOf } from "../../resources";
import type { Asked, Setup } from "../../resources/setup";
import { OffSwitchError } from "./error";
import { type How, isSame, readRecord, type Revocation, type Taken, type Way } from "./record";
import { agentGrants, enabledVersions, type KeySeen, seeKey } from "./take";
import type { Intent } from "./told";

export interface Asking {
  readonly way: Way;
  readonly how: How;
  /** The key's own name, where only one of them goes. */
  readonly only?: string;
  /** Seconds after which a consumer that still works is named. */
  readonly within: number;
  readonly jobWithin: number;
  /** Consumers that are not watched. */
  readonly skip: readonly string[];
  /** Where the record is. */
  readonly record: string;
}

/** What is to be done, with what was seen. */
export interface Prepared extends Intent {
  readonly asking: Asking;
  readonly seen: readonly KeySeen[];
  /** The record of a revocation that was begun. */
  readonly begun: Revocation | undefined;
}

/** Changes nothing. Throws OffSwitchError. */
export async function prepare(setup: Setup, asking: Asking, ask: Ask): Promise<Prepared> {
  const keys = chosen(setup, asking.only);
  const names = keys.map(({ name }) => name);
  const begun = begunBy(asking);
  const [seen, jobs, under] = await Promise.all([
    Promise.all(keys.map((key) => seeKey(key, asking.way, ask))),
    runningJobs(setup, ask),
    underKeys(setup, names, { ask }),
  ]);
  const isJobs = names.includes(setup.dataflowKey.name);
  const stopping = isJobs ? jobs.ours : [];
  const probes = await probesOf(setup, stopping, names, { ask });
  const isSkipped = ({ consumer }: { consumer: string }) => asking.skip.includes(consumer);
  return {
    ...{ setup, keys, asking, seen, begun, under, record: asking.record, within: asking.within },
    ...{ way: asking.way, how: asking.how, taken: toTake(setup, seen, asking.way) },
    before: asking.way === "versions" ? notEnabled(seen, begun) : [],
    byPasses: asking.way === "grant" ? byPasses(setup, seen) : [],
    jobs: stopping.map(({ id, name, location }) => ({ id, name, region: location })),
    probes: {
      probes: probes.probes.filter((probe) => !isSkipped(probe)),
      unprobed: [
        ...[...probes.unprobed, ...(isJobs ? jobs.unseen.map(unseenJob) : [])].filter((one) => !isSkipped(one)),
        ...asking.skip.map((consumer) => ({ consumer, why: "--skip", absent: true }) as Unprobed),
      ],
    },
  };
}

/** Undefined where none was. Throws OffSwitchError where one took something in another way. */
export function begunBy({ record, way }: Pick<Asking, "record" | "way">): Revocation | undefined {
  const begun = readRecord(record);
  if (begun === undefined || begun.way === way) return begun;
  const mend = `restore first, or go on with --by ${begun.way}`;
  throw new OffSwitchError("RECORD", `${record}: a revocation by ${begun.way} is not given back yet: ${mend}`);
}

/** Throws OffSwitchError. */
export function chosen(setup: Asked, only: string | undefined): readonly KeyAsked[] {
  const keys = keysOf(setup);
  if (only === undefined) return keys;
  const found = keys.filter(({ key }) => key === only);
  if (found.length > 0) return found;
  const have = keys.map(({ key }) => key).join(", ");
  throw new OffSwitchError("NO_SUCH_KEY", `${only} is no key of this deployment: it has ${have}`);
}

/** It may be this deployment's, and go on. */
const unseenJob = ({ id, name, notObserved }: Jobs["unseen"][number]): Unprobed => ({
  ...{ consumer: "job", why: `job ${name} (${id}): ${notObserved}`, absent: false },
});

async function runningJobs(setup: Setup, ask: Ask): Promise<Jobs> {
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  if (!("notObserved" in jobs)) return jobs;
  const mend = "let somebody with roles/dataflow.viewer revoke";
  throw new OffSwitchError("NOT_OBSERVED", `which jobs run is not observed: ${jobs.notObserved}: ${mend}`);
}

function toTake(setup: Setup, seen: readonly KeySeen[], way: Way): readonly Taken[] {
  if (way === "versions") return seen.flatMap(enabledVersions);
  const { needed } = resourcesOf(setup);
  return seen.flatMap((one) => agentGrants(one, needed));
}

/** Of what this revocation did not take. */
function notEnabled(seen: readonly KeySeen[], begun: Revocation | undefined): readonly string[] {
  return seen.flatMap(({ key, versions }) =>
    versions.flatMap(({ name, state }) => {
      const version = lastPart(name);
      const one: Taken = { kind: "version", key, version, state: "taken" };
      if (state === "ENABLED" || begun?.taken.some((other) => isSame(one, other))) return [];
      return [`version ${version} of ${key.key}, ${state}`];
    }),
  );
}

/** Agents that hold a role of Cloud KMS on what the key lies in: their grant on the key is not all that they have. */
function byPasses(setup: Setup, seen: readonly KeySeen[]): readonly string[] {
  const { needed } = resourcesOf(setup);
  const members = new Set(
    needed
      .filter(({ kind }) => kind === "key")
      .flatMap(({ policy }) => policy?.grants.map(({ member }) => member) ?? []),
  );
  return seen.flatMap(({ above }) =>
    above.flatMap(({ at, bindings }) =>
      bindings
        .filter(({ role }) => /^roles\/(cloudkms\.cryptoKey|owner$|editor$)/.test(role))
        .flatMap((binding) => (binding.members ?? []).map((member) => ({ member, role: binding.role })))
        .filter(({ member }) => members.has(member))
        .map(({ member, role }) => `${member} holds ${role} on ${at}, too: it goes on`),
    ),
  );
}
