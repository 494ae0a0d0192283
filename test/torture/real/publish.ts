/** Publishes a scenario's messages, while the pipeline is at work. */
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../generator/random";
import type { Published } from "../check";
import { draw, type Drawn, type Kind } from "../messages";
import type { Faults } from "./faults";
import type { RealScenario } from "./scenario";
import type { Topics } from "./topics";

/** Kinds of messages that are a fault by themselves. */
const TOLD: ReadonlySet<Kind> = new Set(["huge", "long attribute", "refused"]);

/**
 * In groups, the second after the first delivery: what goes wrong with the pipeline's first calls is not all. Answers what was published, by
 * the id that the server gave. `name`: what the messages of this run are told by.
 */
export async function publish(
  scenario: RealScenario,
  name: string,
  topics: Topics,
  delivered: Promise<void>,
  faults: Faults,
): Promise<Published[]> {
  const random = new Random(scenario.seed >>> 0, 12);
  const published: Published[] = [];
  const send = async (drawn: readonly Drawn[]) => void published.push(...(await topics.publish(drawn)));
  let twice = scenario.publishedTwice;
  for (const [at, kinds] of scenario.groups.entries()) {
    const drawn = kinds.map((kind, index) => draw(random, kind, `${name}-${at}-${index}`));
    await send(drawn);
    if (twice > 0) {
      await send(drawn.slice(0, twice));
      twice -= drawn.length;
      faults.count("published twice");
    }
    for (const kind of kinds) if (TOLD.has(kind)) faults.count(`message: ${kind}`);
    await (at === 0 ? delivered : sleep(scenario.every));
  }
  if (scenario.processes > 1) faults.count("two pipelines on one subscription");
  return published;
}
