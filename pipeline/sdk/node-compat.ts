/**
 * Must run before the first import of `apache-beam`: its serialize-closures calls `util.isPrimitive`, which Node 22 warns of
 * on standard error and Node 23 removed.
 * Imports are hoisted, so this is a module of its own, imported first by `beam.ts`.
 */
const util = require("node:util") as { isPrimitive?: (value: unknown) => boolean };

util.isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
