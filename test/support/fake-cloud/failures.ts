/** What goes wrong when it is told to. */
import { Reply } from "./call";
import { Refused, type Status } from "./refused";
import type { RecordedRequest } from "./record";

export interface Failure {
  /** Held against `METHOD /prefix/path?query` and against the method's id; all requests without it. */
  readonly match?: RegExp;
  /** How often; once unless said. */
  readonly times?: number;
  /** `UNAVAILABLE`, `ABORTED`, `RESOURCE_EXHAUSTED`, …; 503 unless said. */
  readonly status?: Status;
  /** The HTTP code, where it is not the status's own. */
  readonly code?: number;
  readonly message?: string;
  /** No answer: the connection is closed. */
  readonly lost?: boolean;
  /** What was asked for is done all the same. */
  readonly afterTheWrite?: boolean;
  /** Milliseconds before the answer; with nothing else of the above the answer is the true one. */
  readonly delay?: number;
}

const OLD = ["bigquery", "storage", "compute"];

export class Failures {
  private readonly waiting: { readonly failure: Failure; left: number }[] = [];

  add(failure: Failure): void {
    this.waiting.push({ failure, left: failure.times ?? 1 });
  }

  /** Those that nothing has met yet. */
  get pending(): readonly Failure[] {
    return this.waiting.map(({ failure }) => failure);
  }

  clear(): void {
    this.waiting.length = 0;
  }

  /** What befalls this request, after its delay; undefined: nothing else. Without a `reply` the answer is lost. */
  async next(request: RecordedRequest): Promise<{ afterTheWrite: boolean; reply: Reply | undefined } | undefined> {
    const text = `${request.method} ${request.url}`;
    const at = this.waiting.findIndex(
      ({ failure: { match } }) => !match || match.test(text) || match.test(request.id ?? ""),
    );
    const met = this.waiting[at];
    if (met === undefined) return undefined;
    if (--met.left === 0) this.waiting.splice(at, 1);
    const { delay, lost, status, code, afterTheWrite, message = "The service is currently unavailable." } = met.failure;
    if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay));
    if (delay !== undefined && !lost && status === undefined && code === undefined) return undefined;
    const refused = new Refused(status ?? "UNAVAILABLE", message, { ...(code !== undefined && { code }) });
    const reply = lost ? undefined : new Reply(refused.code, refused.body(OLD.includes(request.api)));
    return { afterTheWrite: afterTheWrite === true, reply };
  }
}
