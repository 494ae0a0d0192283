/** A table of BigQuery's. */
export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}
