/** The jobs of one region, at Dataflow's REST API v1b3 or a stand-in of it. */
import type { Call } from "./google";
import type { Job } from "./job";

const GOOGLE = "https://dataflow.googleapis.com";

export interface JobMessage {
  readonly id?: string;
  readonly time?: string;
  readonly messageText?: string;
  /** JOB_MESSAGE_BASIC, JOB_MESSAGE_WARNING, JOB_MESSAGE_ERROR, … */
  readonly messageImportance?: string;
}

export class DataflowService {
  readonly #jobs: string;

  constructor(
    private readonly call: Call,
    private readonly at: { readonly project: string; readonly region: string; readonly endpoint?: string },
  ) {
    const root = (at.endpoint ?? GOOGLE).replace(/\/+$/, "");
    const url = root.includes("://") ? root : `https://${root}`;
    this.#jobs = `${url}/v1b3/projects/${encodeURIComponent(at.project)}/locations/${at.region}/jobs`;
  }

  /** Everything that the service has of a job. */
  async job(id: string): Promise<Job> {
    return (await this.call("GET", `${this.#jobs}/${id}?view=JOB_VIEW_ALL`)) as Job;
  }

  /** The running job of a name; there is one at most. */
  async running(name: string): Promise<Job | undefined> {
    let token = "";
    do {
      const query = new URLSearchParams({ filter: "ACTIVE", name, ...(token !== "" && { pageToken: token }) });
      const page = (await this.call("GET", `${this.#jobs}?${query}`)) as { jobs?: Job[]; nextPageToken?: string };
      const found = page.jobs?.find((job) => job.name === name);
      if (found !== undefined) return found;
      token = page.nextPageToken ?? "";
    } while (token !== "");
    return undefined;
  }

  /** `drain`: reads no more and ends when everything that was read is written; `cancel`: ends at once. */
  async end(id: string, how: "drain" | "cancel"): Promise<void> {
    const requestedState = how === "drain" ? "JOB_STATE_DRAINED" : "JOB_STATE_CANCELLED";
    await this.call("PUT", `${this.#jobs}/${id}`, { requestedState });
  }

  /** What the service has said since `startTime`, RFC 3339, the oldest first. */
  async messages(id: string, startTime: string | undefined): Promise<JobMessage[]> {
    const messages: JobMessage[] = [];
    let token = "";
    do {
      const query = new URLSearchParams({
        minimumImportance: "JOB_MESSAGE_BASIC",
        ...(startTime !== undefined && { startTime }),
        ...(token !== "" && { pageToken: token }),
      });
      const page = (await this.call("GET", `${this.#jobs}/${id}/messages?${query}`)) as {
        jobMessages?: JobMessage[];
        nextPageToken?: string;
      };
      messages.push(...(page.jobMessages ?? []));
      token = page.nextPageToken ?? "";
    } while (token !== "");
    return messages;
  }

  consoleUrl(id: string): string {
    return `https://console.cloud.google.com/dataflow/jobs/${this.at.region}/${id}?project=${this.at.project}`;
  }
}
