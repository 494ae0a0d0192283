import { resolve } from "node:path";

/**
 * `make test` runs what depends on Node on three of them. What only repeats another process's work, or is long, runs on the one that is
 * installed: the others lie in build/nodes.
 */
export const isFirstNode = !process.execPath.startsWith(resolve("build/nodes"));

/** A test that runs on the first Node alone. */
export function onFirstNode(title: string, test: () => void | Promise<void>): void {
  if (isFirstNode) it(title, test);
}
