/** A process in the modelled world: it can stop for a while, die between a call's effect and its answer, and have its clock moved. */
import type { Clock } from "../../../pipeline/runners/clock";
import type {
  DeadLetterWriter,
  MessageSource,
  PullResult,
  RowWriter,
  WriteResult,
} from "../../../pipeline/endpoints/endpoint";
import { Refusal } from "../../../transforms/refusal";
import { REFUSED } from "../messages";
import type { On } from "./scenario";
import type { World } from "./world";

/** After so long an endpoint gives up on a call that is not answered. */
const PATIENCE_MS = 60_000;
const LONG_POLL_MS = 90_000;

export class ModelProcess {
  /** Ends when it has died. */
  readonly crashed: Promise<"crashed">;
  private die: () => void = () => {};
  private dead = false;
  private frozenUntil = 0;
  private offset = 0;

  constructor(private readonly world: World) {
    this.crashed = new Promise((resolve) => {
      this.die = () => resolve("crashed");
    });
  }

  readonly clock: Clock = {
    now: () => this.world.clock.now() + this.offset,
    sleep: async (ms, signal) => {
      await this.world.clock.sleep(ms, signal);
      await this.alive();
    },
  };

  crash(): void {
    this.dead = true;
    this.die();
  }

  freeze(ms: number): void {
    this.frozenUntil = this.world.clock.now() + ms;
  }

  jump(ms: number): void {
    this.offset += ms;
  }

  /** Nothing goes on in a process that is stopped, or dead. */
  private async alive(): Promise<void> {
    for (;;) {
      if (this.dead) await new Promise<never>(() => {});
      const rest = this.frozenUntil - this.world.clock.now();
      if (rest <= 0) return;
      await this.world.clock.sleep(rest);
    }
  }

  /** One call of an endpoint: its effect is durable, and happens at one moment. */
  private async call<T>(on: On, effect: (fault: string | undefined) => T | Promise<T>): Promise<T> {
    const { fault, crash, stop } = this.world.faultOf(on);
    if (stop) this.stopped(on);
    await this.latency(fault === "slow" ? 20_000 : 1 + this.world.random.below(20));
    if (crash === "before") this.fall(`crash before ${on}`);
    await this.alive();
    const answer = await effect(fault);
    if (crash === "after") this.fall(`crash after ${on}, before its answer`);
    await this.latency(fault === "half-open" ? PATIENCE_MS : 1 + this.world.random.below(20));
    await this.alive();
    return answer;
  }

  /** What a SIGTERM does. */
  stop: () => void = () => {};

  private stopped(on: On): void {
    this.world.count(`stop while ${on}`);
    this.stop();
  }

  private latency(ms: number): Promise<void> {
    return this.world.clock.sleep(ms);
  }

  private fall(what: string): void {
    if (!this.dead) this.world.count(what);
    this.crash();
  }

  source(): MessageSource {
    const { world } = this;
    return {
      ...{ kind: "pubsub", name: "subscription", leaseSeconds: world.scenario.leaseSeconds },
      pullsAhead: world.scenario.pullsAhead,
      pull: (most, signal) => this.call("pull", (fault) => this.pull(most, signal, fault)),
      extend: (deliveries) =>
        this.call("extend", (fault) => {
          if (fault === undefined) world.hold(deliveries, world.scenario.leaseSeconds);
        }),
      acknowledge: (deliveries) =>
        this.call("acknowledge", (fault) => {
          if (fault !== "refused" && fault !== "taken and forgotten") world.acknowledge(deliveries);
          const failed = fault === "refused" || fault === "answer lost";
          return failed ? deliveries.reduce((sum, { messages }) => sum + messages.length, 0) : 0;
        }),
      release: async (deliveries) => world.hold(deliveries, 0),
      close: async () => {},
    };
  }

  private async pull(most: number, signal: AbortSignal, fault: string | undefined): Promise<PullResult> {
    if (fault === "unavailable") return transient("PUBSUB_UNAVAILABLE");
    for (const end = this.world.clock.now() + LONG_POLL_MS; ; ) {
      const also = fault === "duplicates" || fault === "acknowledged ones again" ? fault : undefined;
      // What is handed out while nobody listens any more is leased all the same.
      const messages = this.world.lease(most, also);
      if (messages.length > 0) {
        if (fault === undefined || fault === also) return { kind: "delivery", delivery: { messages } };
        return transient("PUBSUB_DEADLINE_EXCEEDED");
      }
      const rest = end - this.world.clock.now();
      if (signal.aborted || rest <= 0) return { kind: "nothing" };
      await this.world.clock.sleep(Math.min(rest, Math.max(1, this.world.nextFree)), signal);
      await this.alive();
    }
  }

  rows(): RowWriter {
    const { world } = this;
    return {
      name: "table",
      keyed: world.scenario.sink === "keyed",
      write: (rows) =>
        this.call("rows", (fault): WriteResult => {
          const refused = rows.flatMap(({ row }, index) =>
            row.company === REFUSED ? [{ index, refusal: new Refusal("refused_by_table", "company") }] : [],
          );
          const good = rows.filter(({ row }) => row.company !== REFUSED);
          if (fault === "set-up error") return setUp("NO_TABLE");
          if (fault === "429" || fault === "503" || fault === "RESOURCE_EXHAUSTED") return transient(fault);
          if (fault === "written in part")
            world.writeRows(world.scenario.sink === "keyed" ? [] : good.slice(0, good.length / 2));
          else {
            const alreadyThere = world.writeRows(good);
            if (fault === undefined || fault === "slow")
              return refused.length > 0
                ? { kind: "refused", refused, alreadyThere }
                : { kind: "written", alreadyThere };
          }
          return transient("NO_ANSWER");
        }),
      close: async () => {},
    };
  }

  letters(): DeadLetterWriter {
    const { world } = this;
    return {
      name: "dead letters",
      keyed: world.scenario.letters === "file",
      write: (letters) =>
        this.call("letters", (fault): WriteResult => {
          if (fault === "set-up error") return setUp("FULL");
          if (fault === "503") return transient(fault);
          const alreadyThere = world.writeLetters(letters);
          const isTold = fault === undefined || fault === "slow";
          return isTold ? { kind: "written", alreadyThere } : transient("NO_ANSWER");
        }),
      close: async () => {},
    };
  }
}

const transient = (code: string) => ({ kind: "transientError", trouble: { code, text: "did not answer" } }) as const;
const setUp = (code: string) => ({ kind: "setUpError", trouble: { code, text: "is not there: make it" } }) as const;
