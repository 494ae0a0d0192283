/** What only an audit asks, beside the rules: each names what it found. */
import { regionOfZone } from "../../deployment";
import type { Difference } from "../../walk/diff";
import type { Gathered } from "./gather";
import type { Audit, Outcome } from "./model";
import type { Link } from "./model/link";
import { isNone, isNotObserved, seenOf } from "./model/told";
import { keysOf } from "./keys";
import { said } from "./personal";

interface Found {
  readonly broken?: readonly string[];
  readonly notObserved?: readonly string[];
}

interface Check extends Pick<Outcome, "id" | "reason" | "source" | "mend"> {
  readonly check: (gathered: Gathered, parts: Pick<Audit, "chain" | "keys" | "uncovered">) => Found;
}

const CMEK = "Use customer-managed encryption keys (Dataflow)";

export const OWN: readonly Check[] = [
  {
    id: "AUD-1",
    reason: "Every place on the way of a message lies in the region.",
    source: CMEK,
    mend: "make plan says what is elsewhere, and whether it can be changed or has to be made anew",
    check: ({ setup: { region } }, { chain }) => ({
      broken: chain.flatMap(({ what, place }) => {
        const elsewhere = (seenOf(place) ?? []).filter((one) => regionOf(one) !== region);
        return elsewhere.length > 0 ? [`${what} is in ${elsewhere.join(", ")}, not in ${region}`] : [];
      }),
      notObserved: unseen(chain, "place"),
    }),
  },
  {
    id: "AUD-2",
    reason: "Every place on the way of a message is under a key of the deployment.",
    source: CMEK,
    mend: "make plan says what is under another key, and whether it can be changed or has to be made anew",
    check: ({ setup }, { chain }) => {
      const own = keysOf(setup).map(({ name }) => name);
      return {
        broken: chain.flatMap(({ what, place, key, more }) => [
          ...(isNone(key) && seenOf(place) !== undefined ? [`${what} is under ${key.none}`] : []),
          ...otherKey(what, seenOf(key)?.name, own),
          ...(more["files without a key"] === undefined
            ? []
            : [`${more["files without a key"]} files of ${what} are under no key of the deployment`]),
        ]),
        notObserved: unseen(chain, "key"),
      };
    },
  },
  {
    id: "AUD-3",
    reason: "Everything is there, and is as declared.",
    source: "the deployment's settings",
    mend: "make plan says what differs, make apply mends it",
    check: ({ visits }) => {
      const all = visits.flatMap(({ resource, differences }) =>
        differences.map((one) => ({ title: resource.title, one })),
      );
      return {
        broken: all.flatMap(({ title, one }) => describe(title, one)),
        notObserved: all.flatMap(({ one }) => (one.kind === "not observed" ? [`${one.what}: ${one.why}`] : [])),
      };
    },
  },
  {
    id: "AUD-4",
    reason: "Only those can decrypt who are declared: by grants on the key itself, not by inherited ones.",
    source: "Separation of duties (Cloud KMS)",
    mend: "gcloud kms keys remove-iam-policy-binding, or the same of the key ring, project or folder that is named",
    check: (_, { keys }) => ({
      broken: keys.flatMap(({ name, principals }) =>
        principals
          .filter(({ declared, can }) => !declared && can === "decrypt")
          .map(({ member, role, at }) => `${member} can decrypt by ${role} on ${at} (${shortKey(name)})`),
      ),
      notObserved: keys.flatMap(({ unseen }) => unseen.map(({ at, notObserved }) => `grants on ${at}: ${notObserved}`)),
    }),
  },
  {
    id: "AUD-5",
    reason: "No personal data stand where no key covers them.",
    source: CMEK,
    mend: "submit the job with other names, labels and parameters; log column names and counts, never values",
    check: (_, { uncovered }) => ({
      broken: uncovered.flatMap(({ hits }) =>
        hits.map(
          ({ kind, where, times }) => `${where}: what reads as ${article(kind)}${times > 1 ? `, ${times} times` : ""}`,
        ),
      ),
      notObserved: uncovered.flatMap(({ what, looked }) =>
        isNotObserved(looked) ? [`${what}: ${looked.notObserved}`] : [],
      ),
    }),
  },
  {
    id: "AUD-6",
    reason: "Workers have no address that is reached from outside.",
    source: "Configure internet access and firewall rules (Dataflow)",
    mend: "submit the job without --use_public_ips",
    check: ({ workers }) => {
      if (isNotObserved(workers)) return { notObserved: [`the workers' machines: ${workers.notObserved}`] };
      const open = workers.filter(({ external }) => external).map(({ job }) => job);
      return { broken: [...new Set(open)].map((job) => `machines of job ${job} have external addresses`) };
    },
  },
  {
    id: "AUD-7",
    reason: "Who uses the key is logged: without that nobody can say afterwards who decrypted.",
    source: "Enable Data Access audit logs (Cloud Logging)",
    mend: "turn on DATA_READ of cloudkms.googleapis.com in the key project's audit configuration: docs/by-hand.md has the commands",
    check: (_, { keys }) => ({
      notObserved: keys.flatMap(({ uses }) =>
        isNotObserved(uses) ? [uses.notObserved] : isNone(uses) ? [uses.none] : [],
      ),
    }),
  },
  {
    id: "AUD-8",
    reason: "A job of the deployment runs, and all that runs could be described.",
    source: "Pipeline options (Dataflow)",
    mend: "make run-dataflow submits one",
    check: ({ jobs }) => {
      if (isNotObserved(jobs)) return { notObserved: [`the jobs: ${jobs.notObserved}`] };
      const unseen = jobs.unseen.map(({ id, notObserved }) => `job ${id}: ${notObserved}`);
      return { notObserved: jobs.ours.length > 0 ? unseen : ["no job of this deployment runs", ...unseen] };
    },
  },
];

/** The region of a region or a zone; what is neither is given back. */
const regionOf = (place: string): string => (/-[a-z]$/.test(place) ? regionOfZone(place) : place);

const article = (kind: string) => (/^[aeiI]/.test(kind) ? `an ${kind}` : `a ${kind}`);
export const shortKey = (name: string): string => name.replace(/^.*\/locations\/([^/]+)\/.*\/cryptoKeys\//, "key $1/");

const unseen = (chain: readonly Link[], side: "place" | "key") =>
  chain.flatMap((link) => {
    const value = link[side];
    return isNotObserved(value) ? [`${link.what}: ${value.notObserved}`] : [];
  });

function otherKey(what: string, key: string | undefined, own: readonly string[]): readonly string[] {
  return key === undefined || own.includes(key) ? [] : [`${what} is under ${shortKey(key)}, no key of the deployment`];
}

/** Places and keys have checks of their own. */
const ELSEWHERE = new Set(["key", "location"]);
const SAID_ELSEWHERE = /: (?:key|location) is /;

function describe(title: string, one: Difference): readonly string[] {
  switch (one.kind) {
    case "missing":
      return [`${title} is not there`];
    case "changed": {
      const [found, wanted] = [one.found, one.wanted].map((value) => brief(JSON.stringify(value)));
      return ELSEWHERE.has(one.field) ? [] : [`${title}: ${one.field} is ${found}, not ${wanted}`];
    }
    case "not granted":
      return [`${title}: ${one.grant.member} does not hold ${one.grant.role}`];
    case "by hand":
      return SAID_ELSEWHERE.test(one.what) ? [] : [brief(one.what)];
    case "not observed":
      return [];
  }
}

const LONGEST = 160;

/** A table's columns are long. */
function brief(value: string): string {
  const text = said(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
