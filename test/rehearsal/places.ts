/** Where a rehearsed job reads and writes, and where the DirectRunner does, which is given the same messages. */
import { BIGQUERY_PROJECT } from "../support/emulators/bigquery";

export const PROJECT = BIGQUERY_PROJECT;
export const DATASET = "rehearsal";
export const TOPIC = `projects/${PROJECT}/topics/messages`;

/** One runner's ends. */
export interface Side {
  readonly subscription: string;
  readonly dataset: string;
  /** The table's id in its dataset. */
  readonly table: string;
  readonly deadLetterTopic: string;
  /** Where the rehearsal itself reads what came to the dead letter topic. */
  readonly deadLetters: string;
}

/** `name`: letters, digits and `_`. */
export const side = (name: string): Side => ({
  subscription: `projects/${PROJECT}/subscriptions/${name}`,
  dataset: DATASET,
  table: `rows_${name}`,
  deadLetterTopic: `projects/${PROJECT}/topics/dead-letters-${name}`,
  deadLetters: `projects/${PROJECT}/subscriptions/dead-letters-${name}`,
});

export const STAGED = side("staged");
export const DIRECT = side("direct");

export const tableName = ({ dataset, table }: Pick<Side, "dataset" | "table">) => `${PROJECT}:${dataset}.${table}`;
