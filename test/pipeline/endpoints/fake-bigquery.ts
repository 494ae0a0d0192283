/** An HTTP server that answers as BigQuery's REST API does, with what the emulator never says, and records what it was asked. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Takes the request and never answers: the connection is cut. */
  readonly lost?: boolean;
  /** Takes the request and never answers: the connection stays. */
  readonly silent?: boolean;
}

interface InsertRequest {
  readonly skipInvalidRows: boolean;
  readonly rows: readonly { readonly insertId: string; readonly json: Record<string, unknown> }[];
}

export class FakeBigQuery {
  /** Answers to the next insertAll calls, in order; after them every row is taken. */
  readonly inserts: ((request: InsertRequest) => Answer)[] = [];
  /** The insertAll calls, as they came. */
  readonly asked: InsertRequest[] = [];
  /** The insert ids of the rows that were taken, as insertAll without errors says. */
  readonly taken: string[] = [];
  table: Answer = { status: 200, body: { schema: { fields: [] } } };
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      let text = "";
      for await (const part of request.setEncoding("utf8")) text += part;
      const answer = request.url!.includes("/insertAll") ? this.insertAll(JSON.parse(text)) : this.table;
      if (answer.lost) return response.destroy();
      if (answer.silent) return undefined;
      response.writeHead(answer.status, { "content-type": "application/json" });
      return response.end(JSON.stringify(answer.body ?? {}));
    });
  }

  static async start(): Promise<FakeBigQuery> {
    const fake = new FakeBigQuery();
    await once(fake.server.listen(0, "127.0.0.1"), "listening");
    return fake;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private insertAll(request: InsertRequest): Answer {
    this.asked.push(request);
    const answer = this.inserts.shift()?.(request) ?? { status: 200 };
    if (answer.status === 200) {
      const { insertErrors = [] } = (answer.body ?? {}) as { insertErrors?: { index: number }[] };
      const left = new Set(insertErrors.map(({ index }) => index));
      this.taken.push(...request.rows.filter((_, index) => !left.has(index)).map(({ insertId }) => insertId));
    }
    return answer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

/** An error of the API as a whole. */
export const failure = (status: number, reason: string, message = "Ada's secret"): Answer => ({
  status,
  body: { error: { code: status, message, errors: [{ reason, message }] } },
});

/** Rows that were not taken, by index. */
export const insertErrors = (
  errors: Record<number, { reason: string; location?: string; message?: string }>,
): Answer => ({
  status: 200,
  body: {
    insertErrors: Object.entries(errors).map(([index, error]) => ({
      index: Number(index),
      errors: [{ message: "Ada's secret", ...error }],
    })),
  },
});
