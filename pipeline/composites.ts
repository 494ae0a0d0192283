/** The endpoints of a graph that runs on workers: of each method its own, in `composites/`. */
import type { Context, ReadMessages, WriteRows } from "./composites/composite";
import { writeDeadLettersByPython } from "./composites/dead-letters-python";
import type { Methods, ReadMethod, WriteMethod } from "./composites/methods";
import { readByService } from "./composites/read-native";
import { readByPython } from "./composites/read-python";
import { AT_LEAST_ONCE, EXACTLY_ONCE, writeByStorageWrite } from "./composites/write-storage-java";
import { writeByStreamingInserts } from "./composites/write-streaming-inserts";
import type { Endpoints } from "./graph";
import { UsageError } from "./usage-error";

export type { Context, Places, ReadBy } from "./composites/composite";
export type { Methods } from "./composites/methods";

const notThereYet = (flag: string) => () => {
  throw new UsageError(`${flag} is not there yet`);
};

const READS: Readonly<Record<ReadMethod, ReadMessages>> = {
  python: readByPython,
  native: readByService,
};

const WRITES: Readonly<Record<WriteMethod, WriteRows>> = {
  streaming_inserts: writeByStreamingInserts,
  storage_write_at_least_once: writeByStorageWrite(AT_LEAST_ONCE),
  storage_write_exactly_once: writeByStorageWrite(EXACTLY_ONCE),
  native: notThereYet("--bigquery_write_method native"),
};

/** Throws UsageError where a method is none of this version's. */
export function composites({ read, write }: Methods, context: Context): Endpoints {
  return {
    readMessages: READS[read](context),
    writeRows: WRITES[write](context),
    writeDeadLetters: writeDeadLettersByPython(context),
  };
}
