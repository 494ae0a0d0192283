/** The bench of a comparison on this machine: the real generator and pipeline on stand-ins, which encrypt nothing under any key. */
import { type Bench, timingsOf, type Window } from "../../deploy/compare/bench";
import { CompareError } from "../../deploy/compare/safety";
import type { Variant } from "../../deploy/compare/variants";
import { batches } from "../../generator/batches";
import { realClock } from "../../generator/clock";
import { publishAll } from "../../generator/publish";
import { pubsubPublisher } from "../../generator/pubsub";
import { compileGenerator } from "../../generator/record";
import { type Running, start } from "../support/commands";
import type { CompareStandIns } from "./stand-ins";

export const STAND_IN =
  "a Pub/Sub and a BigQuery emulator behind a gate that asks a fake cloud's keys, which encrypt nothing; the pipeline on Beam's DirectRunner";

const REQUESTS_AT_ONCE = 4;

export class LocalBench implements Bench {
  readonly standIn = STAND_IN;
  readonly now = Date.now;
  readonly wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  readonly slackMs = 50;
  readonly lookEveryMs = 50;
  private running: Running | undefined;

  constructor(private readonly standIns: CompareStandIns) {}

  /** The emulators are this run's own, and each round is drained: nothing waits, and no other's pipeline runs. */
  async clear(): Promise<void> {
    await this.end();
  }

  async publish(variant: Variant, { messages, rate = Infinity, seed }: Parameters<Bench["publish"]>[1]) {
    const { project, settings, schema } = this.standIns.asked[variant];
    const { next } = compileGenerator(schema, { seed, locale: "en_GB" });
    const publisher = await pubsubPublisher(`projects/${project}/topics/${settings.TOPIC}`, this.standIns.pubsub);
    const { signal } = new AbortController();
    try {
      const drawn = batches(next, { count: messages, rate, clock: realClock, signal });
      const told = { onConfirmed: () => {}, onRetry: () => {} };
      const published = await publishAll(drawn, publisher, {
        ...{ inFlight: REQUESTS_AT_ONCE, clock: realClock, signal, ...told },
      });
      if (published.error !== undefined) throw published.error;
      return published.confirmed;
    } finally {
      await publisher.close();
    }
  }

  async start(variant: Variant, round: number) {
    const { project, settings } = this.standIns.asked[variant];
    const { SUBSCRIPTION, DEAD_LETTER_TOPIC, DATASET, TABLE, SCHEMA } = settings;
    const from = ["--pubsub_subscription", `projects/${project}/subscriptions/${SUBSCRIPTION}`, "--schema", SCHEMA];
    const to = ["--table", `${project}:${DATASET}.${TABLE}`, "--write_metadata"];
    const letters = ["--dead_letter_topic", `projects/${project}/topics/${DEAD_LETTER_TOPIC}`];
    this.running = start("pipeline/main.ts", ["--runner", "Direct", ...from, ...to, ...letters], this.standIns.env);
    return { id: `${settings.DEPLOYMENT}-r${round}`, stop: () => this.end() };
  }

  /** Ends the pipeline, where one runs. */
  async end(): Promise<void> {
    this.running?.child.kill("SIGTERM");
    await this.running?.ended;
    this.running = undefined;
  }

  private within(variant: Variant, { from, to }: Window) {
    const { DATASET } = this.standIns.asked[variant].settings;
    return this.standIns.recorder.rows(DATASET).filter(({ published }) => published >= from && published <= to);
  }

  /** Throws where the pipeline has ended: nothing more would come. */
  rows = async (variant: Variant, window: Window) => {
    if (this.running !== undefined && this.running.child.exitCode !== null)
      throw new CompareError("STOPPED", `the pipeline ended:\n${this.running.output.stderr}`);
    return new Set(this.within(variant, window).map(({ id }) => id)).size;
  };

  timings = async (variant: Variant, window: Window) => timingsOf(this.within(variant, window));
}
