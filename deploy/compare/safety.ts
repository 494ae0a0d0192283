/** What a comparison is never run on, and how it stops. Pure. */
import { productionOf } from "../drill/safety";
import { SETTINGS, type Settings } from "../deployment/settings";

export type CompareErrorCode =
  /** It is labelled, or named, production. */
  | "PRODUCTION"
  /** It has no name of its own. */
  | "NO_NAME"
  /** No zone is named: each job would run in another. */
  | "NO_ZONE"
  /** A setting that three deployments beside each other cannot have. */
  | "SETTING"
  /** Another name was typed, or nobody can be asked. */
  | "NOT_CONFIRMED"
  /** What has to be known first could not be looked at. */
  | "NOT_OBSERVED"
  /** The rounds on record are of another comparison. */
  | "OTHER_RECORD"
  /** There are no rounds on record. */
  | "NO_RECORD"
  /** A step did not end as it must. */
  | "STOPPED";

/** The message says what was found, and what would mend it. */
export class CompareError extends Error {
  constructor(
    readonly code: CompareErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Room for `-software-dead-letters` behind it, and for a bucket's 63 characters beside the project. */
const LONGEST_NAME = 23;
const NAME = new RegExp(`^[a-z][a-z0-9-]{0,${LONGEST_NAME - 2}}[a-z0-9]$`);

/** `labels`: the project's. Throws CompareError. */
export function refuseUnsafe(settings: Settings, labels: Readonly<Record<string, string>>): void {
  const { DEPLOYMENT, PROFILE, ZONE, PROJECT_ID } = settings;
  const own = "name one for it alone: DEPLOYMENT=keys";
  if (DEPLOYMENT === SETTINGS.DEPLOYMENT.usual)
    throw new CompareError("NO_NAME", `DEPLOYMENT is not given: three deployments are made under its name; ${own}`);
  const found = productionOf(settings, labels);
  if (found !== undefined)
    throw new CompareError("PRODUCTION", `${found}: one of the three has no key of its own, on purpose; ${own}`);
  if (!NAME.test(DEPLOYMENT) || PROJECT_ID.includes(":"))
    throw new CompareError(
      "SETTING",
      `DEPLOYMENT=${DEPLOYMENT} in ${PROJECT_ID} makes no names of buckets: at most ${LONGEST_NAME} lower-case letters, digits and hyphens, in a project without a domain`,
    );
  if (PROFILE !== "london")
    throw new CompareError("SETTING", `PROFILE=${PROFILE} has two keys: compare under one, with PROFILE=london`);
  if (ZONE === "")
    throw new CompareError("NO_ZONE", "ZONE is not given: each job would be in a zone of its own; ZONE=europe-west2-b");
}

/** `typed`: what was typed, or given by --yes. Throws CompareError. */
export function confirmed(deployment: string, typed: string | undefined): void {
  if (typed === deployment) return;
  const found = typed === undefined ? "nobody can be asked here" : `${typed || "nothing"} was typed`;
  throw new CompareError(
    "NOT_CONFIRMED",
    `${found}: --yes ${deployment}, or YES=${deployment} to make; nothing is changed`,
  );
}
