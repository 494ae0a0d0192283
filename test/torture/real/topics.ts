/** A topic, its subscription, and a dead letter topic: one run's own. */
import { PROJECT, type StandIns } from "./stand-ins";
import type { Published } from "../check";
import type { Drawn } from "../messages";

/** The shortest that there is. */
const ACK_DEADLINE_SECONDS = 10;
const TAKEN_DEADLINE_SECONDS = 600;

export class Topics {
  readonly topic: string;
  readonly subscription: string;
  /** The dead letter topic. */
  readonly deadLetters: string;
  /** Where the torture itself reads the dead letters. */
  readonly takenFrom: string;

  private constructor(
    private readonly standIns: StandIns,
    name: string,
  ) {
    const named = (kind: string, id: string) => `projects/${PROJECT}/${kind}/${id}`;
    [this.topic, this.deadLetters] = [named("topics", name), named("topics", `${name}-dead`)];
    [this.subscription, this.takenFrom] = [named("subscriptions", name), named("subscriptions", `${name}-dead`)];
  }

  static async make(standIns: StandIns, name: string, deadline = ACK_DEADLINE_SECONDS): Promise<Topics> {
    const topics = new Topics(standIns, name);
    const { publisher, subscriber } = standIns;
    for (const [topic, subscription, ackDeadlineSeconds] of [
      [topics.topic, topics.subscription, deadline],
      [topics.deadLetters, topics.takenFrom, TAKEN_DEADLINE_SECONDS],
    ] as const) {
      await publisher.createTopic({ name: topic });
      await subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds });
    }
    return topics;
  }

  /** Answers them with the ids that the server gave, in their order. A request takes 10 MB: a huge message has one of its own. */
  async publish(drawn: readonly Drawn[]): Promise<Published[]> {
    const huge = drawn.filter(({ kind }) => kind === "huge");
    const byDrawn = new Map<Drawn, string>();
    for (const part of [drawn.filter((one) => !huge.includes(one)), ...huge.map((one) => [one])]) {
      if (part.length === 0) continue;
      const messages = part.map(({ data, attributes }) => ({ data, attributes }));
      const [{ messageIds }] = await this.standIns.publisher.publish({ topic: this.topic, messages });
      for (const [at, one] of part.entries()) byDrawn.set(one, messageIds![at]!);
    }
    return drawn.map((one) => ({ id: byDrawn.get(one)!, drawn: one }));
  }

  async remove(): Promise<void> {
    const { publisher, subscriber } = this.standIns;
    for (const subscription of [this.subscription, this.takenFrom])
      await subscriber.deleteSubscription({ subscription });
    for (const topic of [this.topic, this.deadLetters]) await publisher.deleteTopic({ topic });
  }
}
