/** The wire between the pipeline and a service: it can be cut, be half open, and lead to nobody. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class Link {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isDown = false;

  static async to(behind: string): Promise<Link> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new Link(server, Number(behind.split(":").at(-1)));
  }

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {
    this.host = `127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on("connection", (near) => this.join(near));
  }

  private join(near: Socket): void {
    near.on("error", () => {});
    if (this.isDown) return void near.resetAndDestroy();
    const far = connect(this.port, "127.0.0.1");
    const pair = [near, far] as const;
    this.pairs.add(pair);
    far.on("error", () => near.destroy());
    near.on("error", () => far.destroy());
    for (const [from, to] of [pair, [far, near] as const]) {
      from.pipe(to);
      from.on("close", () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
  }

  /** Resets every connection. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  /** Of every connection that there is now nothing comes through any more, in either direction, and nobody says so. New ones are as ever. */
  halfOpen(): void {
    for (const [near, far] of this.pairs) {
      near.unpipe(far);
      far.unpipe(near);
      // What comes is taken, so that the other end sees no full window.
      near.on("data", () => {}).resume();
      far.destroy();
      far.removeAllListeners("close");
    }
  }

  /** Nobody is there. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  up(): void {
    this.isDown = false;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
    await once(this.server, "close");
  }
}
