/** A pipeline in virtual time, whose true speed under each key is known: what a comparison says of it can be held against the truth. */
import { type Bench, type Timed, timingsOf, type Window } from "../../../deploy/compare/bench";
import { drawsOf } from "../../../deploy/compare/draws";
import type { Variant } from "../../../deploy/compare/variants";

export interface Simulating {
  /** How many times as long a message takes; 1 where it is not given. */
  readonly slower?: Partial<Record<Variant, number>>;
  /** Of a measurement: the deviation of the logarithm of its speed. */
  readonly scatter: number;
  /** How many times slower everything gets with each measurement: a cloud that fills up. */
  readonly drift?: number;
  readonly seed: number;
  /** Called before each step of a measurement; what it throws kills the run. */
  readonly before?: (step: string) => void;
}

const MESSAGES_PER_SECOND = 1000;
const DELAY_MS = 400;
const START_MS = 180_000;

export class SimulatedBench implements Bench {
  /** Every step, in order: `clear hsm`, `publish hsm backlog 3`. */
  readonly steps: string[] = [];
  /** Seeds of what was published, by variant. */
  readonly seeds: Record<Variant, number[]> = { google: [], software: [], hsm: [] };
  readonly slackMs = 10;
  readonly lookEveryMs = 5_000;
  running: string | undefined;
  private time = Date.parse("2026-01-01T00:00:00Z");
  private speed = 1;
  private measurement = 0;
  private readonly draw: () => number;
  private readonly table: Record<Variant, Timed[]> = { google: [], software: [], hsm: [] };
  private waiting: { variant: Variant; id: string; published: number }[] = [];

  constructor(private readonly simulating: Simulating) {
    this.draw = drawsOf(simulating.seed);
  }

  readonly now = () => this.time;
  readonly wait = async (ms: number) => {
    this.time += ms;
  };

  private step(what: string): void {
    this.simulating.before?.(what);
    this.steps.push(what);
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.draw())) * Math.cos(2 * Math.PI * this.draw());
  }

  async clear(variant: Variant): Promise<void> {
    this.step(`clear ${variant}`);
    this.running = undefined;
    this.waiting = [];
    const { slower = {}, scatter, drift = 1 } = this.simulating;
    this.speed = (slower[variant] ?? 1) * Math.exp(scatter * this.normal()) * drift ** this.measurement++;
  }

  async publish(variant: Variant, { messages, rate, seed, phase, round }: Parameters<Bench["publish"]>[1]) {
    this.step(`publish ${variant} ${phase} ${round}`);
    this.seeds[variant].push(seed);
    for (let at = 0; at < messages; at++) {
      if (rate !== undefined) this.time += 1000 / rate;
      const message = { variant, id: `${variant}-${seed}-${at}`, published: this.time };
      if (this.running === undefined) this.waiting.push(message);
      else this.write(message, this.time + DELAY_MS * this.speed * Math.exp(0.5 * this.normal()));
    }
    return messages;
  }

  async start(variant: Variant, round: number) {
    this.step(`start ${variant} ${round}`);
    this.running = variant;
    this.time += START_MS;
    this.waiting.forEach((message, at) => {
      this.write(message, this.time + ((at * 1000) / MESSAGES_PER_SECOND) * this.speed);
    });
    this.waiting = [];
    return {
      id: `job-${variant}-${round}`,
      stop: async () => {
        this.step(`stop ${variant} ${round}`);
        this.running = undefined;
      },
    };
  }

  private write({ variant, id, published }: { variant: Variant; id: string; published: number }, written: number) {
    this.table[variant].push({ id, published, written });
  }

  private within(variant: Variant, { from, to }: Window): Timed[] {
    return this.table[variant].filter(({ published }) => published >= from && published <= to);
  }

  rows = async (variant: Variant, window: Window) =>
    this.within(variant, window).filter(({ written }) => written! <= this.time).length;

  timings = async (variant: Variant, window: Window) => timingsOf(this.within(variant, window));
}
