/** What is there, what differs from what is declared, and what would mend it. */
import type { Command } from "../resources/command";
import { resourcesOf } from "../resources";
import type { Resource } from "../resources/resource";
import type { Asked, Setup } from "../resources/setup";
import { heldAgainstRules, NOTHING_OBSERVED, type Verdict } from "../rules";
import { type Visit, walk } from "../walk";
import type { Difference } from "../walk/diff";
import type { Ask } from "./ask";
import { asDeclared } from "./for-rules";
import { readAll, readSetup } from "./read";

export interface Plan {
  readonly setup: Setup;
  readonly visits: readonly Visit[];
  /** What apply does not make. */
  readonly offered: readonly Resource[];
  /** Of what will be there once everything is made. */
  readonly verdict: Verdict;
}

/** Reads everything that the deployment needs by `declare`; changes nothing. Throws ProjectNotObserved, UnhandledDifference. */
export async function plan(asked: Asked, ask: Ask, declare = resourcesOf): Promise<Plan> {
  const setup = await readSetup(asked, ask);
  const { needed, offered } = declare(setup);
  const visits = walk({ resources: needed, given: setup.given, readings: await readAll(needed, ask) });
  return { setup, visits, offered, verdict: heldAgainstRules(setup.deployment, asDeclared(visits), setup.accepted) };
}

/** The rules that names and locations break by themselves, before anything is asked. Throws DeploymentError. */
export function heldBeforehand({ deployment, accepted }: Asked): Verdict {
  return heldAgainstRules(deployment, NOTHING_OBSERVED("nothing is asked yet"), accepted);
}

/** What stands in the way of an apply. */
export interface Obstacles {
  readonly broken: Verdict["broken"];
  readonly byHand: readonly (Difference & { readonly kind: "by hand" })[];
  /** Of what is ours: what differs there cannot be told. */
  readonly notObserved: readonly (Difference & { readonly kind: "not observed" })[];
}

export function obstaclesOf({ visits, verdict }: Plan): Obstacles {
  const ofKind = <K extends Difference["kind"]>(all: readonly Visit[], kind: K) =>
    all.flatMap(({ differences }) => differences.filter((one): one is Difference & { kind: K } => one.kind === kind));
  return {
    broken: verdict.broken,
    byHand: ofKind(visits, "by hand"),
    notObserved: ofKind(
      visits.filter(({ given }) => !given),
      "not observed",
    ),
  };
}

/** What apply runs for a resource, in order. */
export function commandsOf({ differences }: Pick<Visit, "differences">): readonly Command[] {
  return differences.flatMap((one) => ("commands" in one && one.kind !== "by hand" ? one.commands : []));
}

/** As Terraform has it: 0 nothing to do, 2 something to do, 1 an error. */
export function exitCodeOf(plan: Plan): 0 | 1 | 2 {
  const { broken, byHand, notObserved } = obstaclesOf(plan);
  if (broken.length > 0 || notObserved.length > 0) return 1;
  return byHand.length > 0 || plan.visits.some((visit) => commandsOf(visit).length > 0) ? 2 : 0;
}
