/** What a drill is never run on: it stops everything that is under a key. Pure. */
import { SETTINGS, type Settings } from "../deployment/settings";

export type DrillErrorCode =
  /** It is labelled, or named, production. */
  | "PRODUCTION"
  /** It has no name of its own. */
  | "NO_NAME"
  /** Another name was typed, or nobody can be asked. */
  | "NOT_CONFIRMED"
  /** What has to be known first could not be looked at. */
  | "NOT_OBSERVED"
  /** No job of it runs, and nobody says how one is started. */
  | "NO_JOB"
  /** A step did not end as it must. */
  | "STOPPED";

/** The message says what was found, and what would mend it. */
export class DrillError extends Error {
  constructor(
    readonly code: DrillErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const PRODUCTION = /(^|[^a-z])(prod|prd|production|live)([^a-z]|$)/i;

/** What says that it is production, `DEPLOYMENT is prod`; undefined where nothing does. `labels`: the project's. */
export function productionOf(
  { DEPLOYMENT, PROJECT_ID }: Settings,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const named = [
    ["DEPLOYMENT", DEPLOYMENT],
    ["PROJECT_ID", PROJECT_ID],
    ...Object.entries(labels).map(([name, value]) => [`the project's label ${name}`, value] as const),
  ] as const;
  const found = named.find(([, value]) => PRODUCTION.test(value));
  return found && `${found[0]} is ${found[1]}`;
}

/** `labels`: the project's. Throws DrillError. */
export function refuseProduction(settings: Settings, labels: Readonly<Record<string, string>>): void {
  const { DEPLOYMENT } = settings;
  const own = "make a deployment of its own for it, with a key of its own: DEPLOYMENT=drill KEY=drill-key …";
  if (DEPLOYMENT === SETTINGS.DEPLOYMENT.usual)
    throw new DrillError("NO_NAME", `DEPLOYMENT is not given: a drill takes the key of one of its own name; ${own}`);
  const found = productionOf(settings, labels);
  if (found !== undefined) throw new DrillError("PRODUCTION", `${found}: no drill is run on production; ${own}`);
}

/** `typed`: what was typed, or given by --yes. Throws DrillError. */
export function confirmed(deployment: string, typed: string | undefined): void {
  if (typed === deployment) return;
  const found = typed === undefined ? "nobody can be asked here" : `${typed || "nothing"} was typed`;
  throw new DrillError("NOT_CONFIRMED", `${found}: --yes ${deployment}; nothing is changed`);
}
