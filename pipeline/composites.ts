/** The endpoints of a graph that runs on workers: of each method its own, in `composites/`. */
import type { Context, ReadMessages, WriteRows } from "./composites/composite";
import { writeDeadLettersByPython } from "./composites/dead-letters-python";
import { writeDeadLettersNatively } from "./composites/dead-letters-native";
import { type Methods, needsPython, type ReadMethod, type WriteMethod } from "./composites/methods";
import { readByService } from "./composites/read-native";
import { readByPython } from "./composites/read-python";
import { writeNatively } from "./composites/write-native";
import { AT_LEAST_ONCE, EXACTLY_ONCE, writeByStorageWrite } from "./composites/write-storage-java";
import { writeByStreamingInserts } from "./composites/write-streaming-inserts";
import type { Endpoints } from "./ends";

export type { Context, Places, ReadBy } from "./composites/composite";
export type { Methods } from "./composites/methods";

const READS: Readonly<Record<ReadMethod, ReadMessages>> = {
  python: readByPython,
  native: readByService,
};

const WRITES: Readonly<Record<WriteMethod, WriteRows>> = {
  streaming_inserts: writeByStreamingInserts,
  storage_write_at_least_once: writeByStorageWrite(AT_LEAST_ONCE),
  storage_write_exactly_once: writeByStorageWrite(EXACTLY_ONCE),
  native: writeNatively,
};

/** Dead letters go the way of the rest: they are no reason for another language in the graph, nor for one less. */
export function composites(methods: Methods, context: Context): Endpoints {
  const { read, write } = methods;
  const writeDeadLetters = needsPython(methods) ? writeDeadLettersByPython : writeDeadLettersNatively;
  return {
    readMessages: READS[read](context),
    writeRows: WRITES[write](context),
    writeDeadLetters: writeDeadLetters(context),
  };
}
