/** What a failed command says, as one of a few kinds: gcloud and bq have exit codes for none of them. */
import type { Answer } from "../run";

export type TroubleKind =
  /** There is no such thing. */
  | "absent"
  | "exists"
  | "forbidden"
  | "api off"
  /** Passes by itself. */
  | "transient"
  /** A grant or an account that was just made is not known everywhere: passes by itself within minutes. */
  | "not yet"
  | "refused"
  /** Nothing that is known: gcloud leaves the status out of some of its errors. */
  | "unclear";

export interface Trouble {
  readonly kind: TroubleKind;
  /** What the cloud said, in one line. */
  readonly said: string;
}

/** In this order: a refusal that says "may not exist" is one of permission, a missing API's is a 403, too. */
const SIGNS: readonly (readonly [TroubleKind, RegExp])[] = [
  [
    "api off",
    /SERVICE_DISABLED|accessNotConfigured|has not been used in project|API \[\S+\] not enabled|API has not been enabled/,
  ],
  [
    "not yet",
    /service account.*(?:Encrypter|CryptoKey|authorized to use|does not exist)|(?:Encrypter|CryptoKey|KMS key).*service account/is,
  ],
  ["forbidden", /PERMISSION_DENIED|UNAUTHENTICATED|\b40[13]\b|[Aa]ccess [Dd]enied|does not have permission/],
  ["forbidden", /[Nn]ot authorized to perform|Required '[^']+' permission|may not exist/],
  ["transient", /\bABORTED\b|RESOURCE_EXHAUSTED|\bUNAVAILABLE\b|DEADLINE_EXCEEDED|\b429\b|\b50[0234]\b/],
  ["transient", /rateLimitExceeded|backendError|internalError|concurrent policy changes|conditionNotMet|\b412\b/],
  // A network takes one change at a time.
  ["transient", /resourceNotReady|is not ready\b/],
  ["transient", /[Qq]uota exceeded|[Tt]oo many requests|currently unavailable|try again/],
  ["transient", /Connection (?:reset|aborted|refused)|Remote end closed|Could not connect|timed out|IncompleteRead/],
  ["exists", /ALREADY_EXISTS|[Aa]lready [Ee]xists|already own it|\b409\b/],
  ["absent", /NOT_FOUND|not found: 404|\bNot found: (?:Dataset|Table)\b|was not found|\b404\b/],
  ["refused", /INVALID_ARGUMENT|FAILED_PRECONDITION|UNIMPLEMENTED|\b400\b|\b501\b|[Ii]nvalid|unrecognized arguments/],
];

export function troubleOf({ stdout, stderr }: Answer): Trouble {
  // bq prints its errors on standard output.
  const text = `${stderr}\n${stdout}`;
  const kind = SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? "unclear";
  return { kind, said: lineOf(text) };
}

const LONGEST = 400;

/** What the cloud says within what gcloud says of an HTTP error; else the first line that reads as an error, and what follows it. */
function lineOf(text: string): string {
  const [, code, message] = /"code": ?(\d+), ?"message": ?"((?:[^"\\]|\\.)*)"/.exec(text.replaceAll(/\s+/g, " ")) ?? [];
  if (message !== undefined) return shortened(`${code}: ${message}`);
  const lines = text.split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => /error/i.test(line));
  return shortened(lines.slice(Math.max(first, 0)).join(" ").replaceAll(/\s+/g, " ").trim() || "it said nothing");
}

const shortened = (said: string) => (said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said);
