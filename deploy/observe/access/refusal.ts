/** Reads a refusal of the key out of what a service answers. */
import type { Answer } from "../../run";
import { troubleOf } from "../trouble";
import type { Judged, RefusalCode } from "./probe";

const NAMES_KEY = /Cloud ?KMS|KMS key|kmsKey|\bCMEK\b|cryptoKey|customer-managed encryption/i;

/** In this order. */
const SIGNS: readonly (readonly [RefusalCode, RegExp])[] = [
  ["KEY_DISABLED", /KEY_DISABLED|current state is:? (?:DISABLED|DESTROY)|\b(?:is|been) (?:disabled|destroyed)/i],
  ["KEY_DISABLED", /not (?:currently )?enabled|version.{0,40}(?:disabled|destroyed)/i],
  ["KEY_FORBIDDEN", /denied|permission|not authorized|authorized to use|may not (?:use|exist)|forbidden/i],
  ["KEY_ERROR", /FAILED_PRECONDITION|PERMISSION_DENIED|INVALID_ARGUMENT|\b40[03]\b|cannot be (?:used|accessed)/],
];

/** What passes by itself is no refusal, whatever it names. */
const PASSES = /\bUNAVAILABLE\b|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|\b429\b|\b50[0234]\b|timed out|Connection/;

/** Of an answer with an error: a refusal where it names the key. */
export function judgeByKey(answer: Answer): Judged {
  if (answer.code === 0) return "works";
  const text = textOf(answer);
  const { said } = troubleOf(answer);
  const code = NAMES_KEY.test(text) ? SIGNS.find(([, sign]) => sign.test(text))?.[0] : undefined;
  if (code !== undefined && (code === "KEY_DISABLED" || !PASSES.test(text))) return { refused: code, said };
  return { unclear: said };
}

/** Pub/Sub's status also says that nothing is paid, or that the region is not allowed [Error codes, Pub/Sub]. */
export function judgeByStatus(answer: Answer): Judged {
  const judged = judgeByKey(answer);
  if (judged === "works" || "refused" in judged) return judged;
  const text = textOf(answer);
  const isKeys = /FAILED_PRECONDITION/.test(text) && !/billing|\bregion|persistence/i.test(text);
  return isKeys ? { refused: "FAILED_PRECONDITION", said: judged.unclear } : judged;
}

/** Of a read with --log-http: gcloud leaves a download's reason out. What the same permission still reads is the proof that it is the key. */
export function judgeRead(answer: Answer, control?: Answer): Judged {
  const judged = judgeByKey(answer);
  if (judged === "works") return judged;
  // What is logged of a request is nobody's to read.
  if ("refused" in judged) return { ...judged, said: "a read is refused for the key" };
  const status =
    [...answer.stderr.matchAll(/^status: (\d+)$/gm)].at(-1)?.[1] ?? /HTTPError (\d+)/.exec(answer.stderr)?.[1];
  if ((status !== "400" && status !== "403") || control?.code !== 0)
    return { unclear: `a read is answered with ${status ?? "nothing"}` };
  return { refused: `HTTP_${status}`, said: `a read is answered with ${status}, and the file's metadata is read` };
}

const textOf = ({ stdout, stderr }: Answer) => `${stderr}\n${stdout}`;

const GONE = ["JOB_STATE_FAILED", "JOB_STATE_CANCELLED"] as const;

/** Of `gcloud dataflow jobs describe`: a job that nobody asked to end, and that has. */
export function judgeJob(answer: Answer): Judged {
  if (answer.code !== 0) return { unclear: troubleOf(answer).said };
  const { currentState = "no state", requestedState } = jobOf(answer.stdout);
  if (requestedState !== undefined && requestedState !== "JOB_STATE_RUNNING")
    return { unclear: `${currentState}: ${requestedState} was asked for` };
  const gone = GONE.find((state) => state === currentState);
  if (gone !== undefined) return { refused: gone, said: `the job is in ${gone}, and nobody asked for it` };
  return currentState === "JOB_STATE_RUNNING" ? "works" : { unclear: currentState };
}

function jobOf(text: string): { readonly currentState?: string; readonly requestedState?: string } {
  try {
    return JSON.parse(text) as { currentState?: string };
  } catch {
    return {};
  }
}
