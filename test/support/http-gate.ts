/** What stands before an HTTP service on the loopback address, or in its place: the server, and the way on. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";

export interface HttpGate {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

/** `answer`: to one request, whose body is read. Where it fails the connection ends. */
export async function startHttpGate(
  answer: (incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer) => Promise<void>,
): Promise<HttpGate> {
  const server = createServer((incoming, outgoing) => {
    const answered = async () => answer(incoming, outgoing, await read(incoming));
    void answered().catch(() => outgoing.destroy());
  });
  // A client asks again every 5 s, Node's own limit: a connection would end under its hands.
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks `upstream` (`127.0.0.1:PORT`) the same, with `body`, and reads the whole answer, which is not compressed. */
export function passOn(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply> {
  const { "transfer-encoding": _, ...given } = headers;
  const rest = { ...given, host: upstream, "content-length": String(body.length), "accept-encoding": "identity" };
  return new Promise((resolve, reject) => {
    const asking = request(`http://${upstream}${url}`, { method, headers: rest }, (response) => {
      read(response).then(
        (all) => resolve({ status: response.statusCode ?? 502, headers: response.headers, body: all }),
        reject,
      );
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
