/** The ways into and out of a graph for workers, by the names under which the command line has them, and what each needs. */

export const READ_METHODS = ["python", "native"] as const;
export const WRITE_METHODS = [
  "streaming_inserts",
  "storage_write_at_least_once",
  "storage_write_exactly_once",
  "native",
] as const;

export type ReadMethod = (typeof READ_METHODS)[number];
export type WriteMethod = (typeof WRITE_METHODS)[number];

export interface Methods {
  readonly read: ReadMethod;
  readonly write: WriteMethod;
}

/** As a command line without these flags has it. */
export const DEFAULT_METHODS: Methods = { read: "python", write: "streaming_inserts" };

/** Whether the graph has steps in Python. Where it has none, dead letters are no reason to bring it. */
export const needsPython = ({ read, write }: Methods): boolean => read === "python" || write === "streaming_inserts";

/** Whether the graph has steps in Java. */
export const needsJava = ({ write }: Methods): boolean => write.startsWith("storage_write_");
