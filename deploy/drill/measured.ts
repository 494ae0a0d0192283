/** A drill's times and counts out of what revoke and restore have on record. Pure. */
import type { Revocation } from "../change/revoke/record";
import type { Watched } from "../observe/access/probe";
import type { Counts } from "./summary";
import type { ConsumerTimes } from "./times";

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

/**
 * `untilTaken`: seconds from the decision to the first command that takes, from which revoke counts. `jobAgain`: seconds from giving back to
 * the first row of the new job.
 */
export function recordedTimes(
  { access, restored = [] }: Pick<Revocation, "access" | "restored">,
  untilTaken: number,
  jobAgain: number | undefined,
): ConsumerTimes[] {
  return access.map((one) => {
    const again = restored.find(({ consumer }) => consumer === one.consumer);
    const untilWorking = one.consumer === "job" ? jobAgain : again?.seconds;
    return {
      consumer: one.consumer,
      ...(one.reached && { untilRefused: tenths(untilTaken + one.seconds!), ...codeOf(one) }),
      ...(one.lastWorked !== undefined && { lastWorked: tenths(untilTaken + one.lastWorked) }),
      ...(untilWorking !== undefined && { untilWorking: tenths(untilWorking) }),
    };
  });
}

const codeOf = ({ last }: Watched) => (last !== "works" && "refused" in last ? { code: last.refused } : {});

/** Each ask of publish that worked left a message that becomes a dead letter; revoke asks once before it takes. */
export function probesPublished({ access, restored = [] }: Pick<Revocation, "access" | "restored">): number {
  const publishes = [...access, ...restored].filter(({ consumer }) => consumer === "publish");
  const before = access.some(({ consumer }) => consumer === "publish") ? 1 : 0;
  return publishes.reduce((sum, { worked }) => sum + worked, before);
}

/** What lay in the table and among the dead letters; undefined where nobody could count. */
export interface Lies {
  readonly rows: number | undefined;
  readonly deadLetters: number | undefined;
}

/** By number: a row has no message id. */
export function countsBetween(published: number, notPublished: number, before: Lies, after: Lies): Counts {
  const difference = (name: keyof Lies) => {
    const [from, to] = [before[name], after[name]];
    return from === undefined || to === undefined ? undefined : to - from;
  };
  const [rows, deadLetters] = [difference("rows"), difference("deadLetters")];
  const known = rows !== undefined && deadLetters !== undefined;
  const missing = published - (rows ?? 0) - (deadLetters ?? 0);
  return {
    ...{ published, notPublished, rows: rows ?? 0, deadLetters: deadLetters ?? 0 },
    lost: known ? Math.max(0, missing) : undefined,
    duplicates: known ? Math.max(0, -missing) : undefined,
  };
}

/** The article's two: what Dataflow's job came to, and what BigQuery answered. Undefined where they were not seen. */
export function articleErrors(
  { access }: Pick<Revocation, "access">,
  lastWords: readonly string[],
): { readonly dataflow: string | undefined; readonly bigquery: string | undefined } {
  const saidOf = (consumer: Watched["consumer"]) => {
    const last = access.find((one) => one.consumer === consumer && one.reached)?.last;
    return last !== undefined && last !== "works" && "refused" in last ? `${last.refused}: ${last.said}` : undefined;
  };
  const job = saidOf("job");
  return {
    dataflow: job && [job, ...lastWords].join("; "),
    bigquery: saidOf("query"),
  };
}
