/** The one walk over the resources of a deployment, each behind all that it refers to; plan, apply and verify are its targets. */
import type { Kind, Resource } from "./resources/resource";
import { type Difference, differences, type Reading } from "./walk/diff";

export interface Visit {
  readonly resource: Resource;
  readonly given: boolean;
  readonly reading: Reading;
  readonly differences: readonly Difference[];
}

export interface Found {
  readonly resources: readonly Resource[];
  readonly given: ReadonlySet<Kind>;
  readonly readings: ReadonlyMap<Resource, Reading>;
}

/** Every resource, in order, with what differs. Throws UnhandledDifference. */
export function walk({ resources, given, readings }: Found): readonly Visit[] {
  return inOrder(resources).map((resource) => {
    const reading = readings.get(resource) ?? { kind: "not observed", notObserved: "nobody looked" };
    const isGiven = given.has(resource.kind);
    return { resource, given: isGiven, reading, differences: differences(resource, isGiven, reading) };
  });
}

/** Each behind all that it refers to, and otherwise in the given order. What is referred to and not listed is put before. */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const ordered = new Set<Resource>();
  const put = (resource: Resource, above: readonly Resource[]): void => {
    if (above.includes(resource)) throw new Error(`${resource.title} refers to itself`);
    if (ordered.has(resource)) return;
    for (const other of resource.refersTo) put(other, [...above, resource]);
    ordered.add(resource);
  };
  for (const resource of resources) put(resource, []);
  return [...ordered];
}

/** All that a resource refers to, by way of others, too. */
export function behindOf(resource: Resource): ReadonlySet<Resource> {
  const behind = new Set<Resource>();
  const add = ({ refersTo }: Resource): void => {
    for (const other of refersTo) {
      if (behind.has(other)) continue;
      behind.add(other);
      add(other);
    }
  };
  add(resource);
  return behind;
}
