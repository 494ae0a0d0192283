/** Publishes what a scenario has: all of it before the job starts, or group after group while it runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../generator/random";
import type { Published } from "../check";
import { type Drawn, draw } from "../messages";
import type { Topics } from "../real/topics";
import type { Job } from "./kill";
import { GROUP, kindsOf, type PrismScenario } from "./scenario";

export class Publisher {
  /** By the id that the server gave. */
  readonly published: Published[] = [];
  readonly #groups: Drawn[][] = [];

  constructor(
    private readonly scenario: PrismScenario,
    private readonly topics: Topics,
  ) {
    const random = new Random(scenario.seed >>> 0, 23);
    const drawn = [...kindsOf(scenario)].map((kind, at) => draw(random, kind, `${scenario.seed}-${at}`));
    for (let at = 0; at < drawn.length; at += GROUP) this.#groups.push(drawn.slice(at, at + GROUP));
  }

  /** What the job finds when it starts. */
  async publishFirst(): Promise<void> {
    do await this.#publishOne();
    while (this.scenario.every === 0 && this.#groups.length > 0);
  }

  /** The rest, from the first row or the kill on, while the job has not ended. */
  async publishRest(job: Job, killing: Promise<unknown> | undefined): Promise<void> {
    let isKilled = false;
    const killed = () => {
      isKilled = true;
    };
    killing?.then(killed, killed);
    while (!isKilled && !job.hasEnded() && (await job.rows()) === 0) await sleep(50);
    for (; this.#groups.length > 0 && !job.hasEnded(); await sleep(this.scenario.every)) await this.#publishOne();
  }

  async #publishOne(): Promise<void> {
    this.published.push(...(await this.topics.publish(this.#groups.shift() ?? [])));
  }
}
