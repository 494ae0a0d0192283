/**
 * What outlives a process: a modelled subscription and modelled sinks, on the virtual clock. The subscription promises what Pub/Sub does
 * and no more: any order, at least once, again when a lease has ended, and an acknowledgement that comes too late may come to nothing.
 */
import { VirtualClock } from "../../support/virtual-clock";
import { Random } from "../../../generator/random";
import type { Delivery, MessageRow } from "../../../pipeline/endpoints/endpoint";
import type { DeadLetter } from "../../../transforms/dead-letter";
import type { Message } from "../../../transforms/message";
import { type Published } from "../check";
import { draw, rowHash } from "../messages";
import type { On, Scenario } from "./scenario";

interface Held {
  readonly message: Message;
  readonly publishedAt: number;
  leasedUntil: number;
  /** The delivery that an acknowledgement must be of. */
  delivery: number;
  acknowledged: boolean;
  poison: number;
}

export class World {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly published: readonly Published[];
  readonly rows: { readonly id: string; readonly hash: string }[] = [];
  readonly sends = new Map<string, number[]>();
  readonly letters: { readonly id: string; readonly data: Uint8Array; readonly reason: string }[] = [];
  /** How often each fault came to pass. */
  readonly fired: Record<string, number> = {};
  /** Ids that were acknowledged although they were in no sink. */
  readonly early: string[] = [];
  /** No more faults. */
  healed = false;
  private readonly held: readonly Held[];
  private readonly calls: Record<On, number> = { pull: 0, acknowledge: 0, extend: 0, rows: 0, letters: 0 };
  private readonly rowIds = new Set<string>();
  private readonly letterIds = new Set<string>();
  private deliveries = 0;

  constructor(readonly scenario: Scenario) {
    this.random = new Random(scenario.seed >>> 0, 10);
    this.published = scenario.kinds.map((kind, at) => ({
      id: String(at + 1),
      drawn: draw(this.random, kind, `m${at}`),
    }));
    this.held = this.published.map(({ id, drawn: { data, attributes } }, at) => ({
      message: { data, attributes, messageId: id, publishTime: "2024-02-29T12:00:00.5Z", orderingKey: "" },
      publishedAt: at * scenario.every,
      ...{ leasedUntil: -1, delivery: 0, acknowledged: false, poison: scenario.poisoned[at] ?? 0 },
    }));
  }

  /** Counts a call, and says what goes wrong with it. */
  faultOf(on: On): { readonly fault?: string; readonly crash?: "before" | "after"; readonly stop?: true } {
    const call = this.calls[on]++;
    if (this.healed) return {};
    const { faults, events } = this.scenario;
    const fault = faults.find((one) => one.on === on && call >= one.call && call < one.call + one.times)?.what;
    const crash = events.find((one) => one.what === "crash at a call" && one.on === on && one.call === call);
    if (fault !== undefined) this.count(`${on}: ${fault}`);
    const stop = events.some((one) => one.what === "stop at a call" && one.on === on && one.call === call);
    return {
      ...(stop && { stop }),
      ...(fault !== undefined && { fault }),
      ...(crash?.what === "crash at a call" && { crash: crash.after ? "after" : "before" }),
    };
  }

  count(what: string): void {
    this.fired[what] = (this.fired[what] ?? 0) + 1;
  }

  /** Leases up to `most` that are free; with `also` some that are not. */
  lease(most: number, also?: "duplicates" | "acknowledged ones again"): readonly Message[] {
    const now = this.clock.now();
    const free = this.held.filter((one) => !one.acknowledged && one.leasedUntil <= now && one.publishedAt <= now);
    const more = this.held.filter((one) =>
      also === "duplicates" ? one.leasedUntil > now && !one.acknowledged : also !== undefined && one.acknowledged,
    );
    const taken = shuffled(this.random, [...free, ...more.slice(0, 5)]).slice(0, Math.min(most, this.scenario.most));
    return taken.map((one) => {
      one.leasedUntil = now + this.scenario.leaseSeconds * 1000;
      one.delivery = ++this.deliveries;
      one.acknowledged = false;
      return { ...one.message, delivery: one.delivery };
    });
  }

  /** Milliseconds until something may be free; Infinity where all is acknowledged. */
  get nextFree(): number {
    const times = this.held.filter((one) => !one.acknowledged).map((one) => Math.max(one.leasedUntil, one.publishedAt));
    return times.length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.min(...times) - this.clock.now());
  }

  get waiting(): number {
    return this.held.filter((one) => !one.acknowledged).length;
  }

  hold(deliveries: readonly Delivery[], seconds: number): void {
    for (const one of this.current(deliveries)) one.leasedUntil = this.clock.now() + seconds * 1000;
  }

  acknowledge(deliveries: readonly Delivery[]): void {
    for (const { messageId } of deliveries.flatMap(({ messages }) => messages))
      if (!this.rowIds.has(messageId) && !this.letterIds.has(messageId)) this.early.push(messageId);
    for (const one of this.current(deliveries)) {
      if (one.poison > 0 && !this.healed) {
        one.poison -= 1;
        this.count("poisoned: delivered again");
      } else one.acknowledged = true;
    }
  }

  /** Those whose lease is still that of these deliveries. */
  private current(deliveries: readonly Delivery[]): Held[] {
    return deliveries
      .flatMap(({ messages }) => messages as readonly (Message & { readonly delivery: number })[])
      .map(({ messageId, delivery }) => ({ one: this.held[Number(messageId) - 1]!, delivery }))
      .filter(({ one, delivery }) => one.delivery === delivery && one.leasedUntil > this.clock.now())
      .map(({ one }) => one);
  }

  /** Answers the ids that were there. */
  writeRows(rows: readonly MessageRow[]): ReadonlySet<string> {
    const there = new Set<string>();
    const now = this.clock.now();
    for (const { message, row } of rows) {
      const id = message.messageId;
      const times = this.sends.get(id) ?? [];
      this.sends.set(id, [...times, now]);
      const known = this.rowIds.has(id);
      if (known && this.scenario.sink === "keyed") there.add(id);
      else if (!(known && this.scenario.sink === "insert ids" && now - times.at(-1)! <= 60_000))
        this.rows.push({ id, hash: rowHash({ ...row, attributes: JSON.parse(String(row.attributes)) }) });
      this.rowIds.add(id);
    }
    return there;
  }

  writeLetters(letters: readonly DeadLetter[]): ReadonlySet<string> {
    const there = new Set<string>();
    for (const { data, attributes } of letters) {
      const { source_message_id: id = "", error_reason: reason = "" } = attributes;
      if (this.scenario.letters === "file" && this.letterIds.has(id)) there.add(id);
      else this.letters.push({ id, data, reason });
      this.letterIds.add(id);
    }
    return there;
  }
}

function shuffled<T>(random: Random, list: T[]): T[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
