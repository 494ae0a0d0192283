/**
 * Whether a consumer of the key still works, asked again and again. A refusal is proven by the service's own error, never by a command that
 * failed. What is expected of which service, and where Google says so:
 *
 * | consumer | expected error | source |
 * | --- | --- | --- |
 * | publish, pull | FAILED_PRECONDITION | [Error codes, Pub/Sub]: "can't access the customer-managed encryption key" |
 * | job | the job's state: JOB_STATE_FAILED or JOB_STATE_CANCELLED, asked for by nobody | [Use customer-managed encryption keys, Dataflow] |
 * | query | an error that names Cloud KMS or the key | [Customer-managed Cloud KMS keys, BigQuery]: a decrypt call for each query |
 * | read | 400 or 403 of a file whose metadata is still read by the same permission | [Customer-managed encryption keys, Cloud Storage]: metadata is not under the key; gcloud does not print a download's reason |
 * | image | the same, of a file of the repository | [Enabling customer-managed encryption keys, Artifact Registry] |
 *
 * Google publishes the text of none but Cloud KMS's own, `… is not enabled, current state is: DISABLED` [FAILED_PRECONDITION, KEY_DISABLED]:
 * what names the key and a refusal is one, whatever its words.
 */
import type { Command } from "../../resources/command";
import type { Answer, Run } from "../../run";

export const CONSUMERS = ["publish", "pull", "job", "query", "read", "image"] as const;
export type Consumer = (typeof CONSUMERS)[number];

export type RefusalCode =
  /** A version of the key is not enabled. */
  | "KEY_DISABLED"
  /** The service's agent may not use the key. */
  | "KEY_FORBIDDEN"
  /** Pub/Sub's own word for a key that it cannot reach. */
  | "FAILED_PRECONDITION"
  /** Another error that names the key. */
  | "KEY_ERROR"
  /** Cloud Storage's answer to a read, without a reason, where the metadata of the file is still read. */
  | "HTTP_400"
  | "HTTP_403"
  /** The job ended, and nobody had asked for it. */
  | "JOB_STATE_FAILED"
  | "JOB_STATE_CANCELLED";

/** `said` is in one line, and never a value of a message, a row or a file. */
export type Judged = "works" | { readonly refused: RefusalCode; readonly said: string } | { readonly unclear: string };

export interface Probe {
  readonly consumer: Consumer;
  /** `topic str-pl-pubsub-topic` */
  readonly what: string;
  readonly command: Command;
  /** `control` is what `control` was answered, where that was asked. */
  readonly judge: (answer: Answer, control?: Answer) => Judged;
  /** Asked where the command fails: what needs all that it needs but the key. */
  readonly control?: Command;
  /** What it leaves in the cloud, to be said before it is run; undefined where it changes nothing. */
  readonly leaves?: string;
  /** Run after an answer, so that nothing is left: gives back a message that was leased. */
  readonly after?: (answer: Answer) => readonly Command[];
}

/** What a probe was answered, from the start to the end of a watch. */
export interface Watched {
  readonly consumer: Consumer;
  readonly what: string;
  readonly reached: boolean;
  /** Seconds from the start to the first of the answers that held; undefined where it was not reached. */
  readonly seconds?: number;
  /** Seconds from the start to when the last command that still worked was sent; undefined where none did. */
  readonly lastWorked?: number;
  readonly last: Judged;
  readonly asked: number;
  /** How often it worked: so many probe messages there are. */
  readonly worked: number;
}

export interface Watching {
  readonly run: Run;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** When it was decided, in `now`'s milliseconds. */
  readonly since: number;
  /** Seconds from `since` after which nobody is asked again. */
  readonly within: number;
  /** Called when one is reached, and when it is given up. */
  readonly progress?: (watched: Watched) => void;
}

/** One answer may come of a place that has not heard yet: so many in a row are proof. */
export const IN_A_ROW = 2;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** Asks all side by side, each until it is refused, or works, IN_A_ROW times in a row, or the time is over. Each is asked once at least. */
export async function watch(
  probes: readonly Probe[],
  until: "refused" | "works",
  watching: Watching,
): Promise<readonly Watched[]> {
  return await Promise.all(probes.map((probe) => watchOne(probe, until, watching)));
}

async function watchOne(probe: Probe, until: "refused" | "works", watching: Watching): Promise<Watched> {
  const { now, wait, since, within, progress } = watching;
  const seconds = () => Math.round((now() - since) / 100) / 10;
  let [pause, inARow, asked, worked] = [FIRST_PAUSE_MS, 0, 0, 0];
  let first: number | undefined;
  let lastWorked: number | undefined;
  for (;;) {
    const sent = seconds();
    const last = await ask(probe, watching.run);
    asked += 1;
    if (last === "works") [worked, lastWorked] = [worked + 1, sent];
    const holds = stateOf(last) === until;
    if (holds && inARow === 0) first = seconds();
    inARow = holds ? inARow + 1 : 0;
    const reached = inARow === IN_A_ROW;
    if (reached || now() - since >= within * 1000) {
      const { consumer, what } = probe;
      const at = { ...(reached && { seconds: first }), ...(lastWorked !== undefined && { lastWorked }) };
      const watched = { consumer, what, reached, ...at, last, asked, worked };
      progress?.(watched);
      return watched;
    }
    await wait(holds ? FIRST_PAUSE_MS : Math.min(pause, Math.max(within * 1000 - (now() - since), 1)));
    if (!holds) pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}

/** Asks once, and leaves no more than the probe says. */
export async function ask({ command, control, judge, after }: Probe, run: Run): Promise<Judged> {
  const answer = await run(command);
  for (const next of after?.(answer) ?? []) await run(next);
  return answer.code === 0 || control === undefined ? judge(answer) : judge(answer, await run(control));
}

export function stateOf(judged: Judged): "works" | "refused" | "unclear" {
  if (judged === "works") return "works";
  return "refused" in judged ? "refused" : "unclear";
}
