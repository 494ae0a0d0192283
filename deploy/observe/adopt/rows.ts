/** The same of the dataset and the table. */
import { LISTS, listed, only } from "./lists";
import { at, type Labels, type Looking, type Part } from "./looking";
import { pick, pickValue, within } from "./pick";

interface Dataset {
  readonly datasetReference?: { readonly datasetId?: string };
  readonly labels?: Labels;
}

interface Table {
  readonly tableReference?: { readonly tableId?: string };
  readonly type?: string;
  readonly timePartitioning?: { readonly type?: string; readonly field?: string };
  readonly clustering?: { readonly fields?: readonly string[] };
  readonly labels?: Labels;
}

export async function rows(looking: Looking): Promise<Part> {
  const { ask, named } = looking;
  const sets = await listed<Dataset>(ask, LISTS.datasets(at(looking)));
  const dataset = pick(
    named,
    "DATASET",
    only(sets, (all) => all.flatMap(({ datasetReference }) => datasetReference?.datasetId ?? [])),
  );
  if (dataset.taken === undefined) return { choices: [dataset, pick(named, "TABLE", within(dataset))], labels: [] };
  const tables = await listed<Table>(ask, LISTS.tables(at(looking), dataset.taken));
  const idOf = ({ tableReference }: Table) => tableReference?.tableId ?? [];
  const table = pick(
    named,
    "TABLE",
    only(tables, (all) => all.filter(({ type = "TABLE" }) => type === "TABLE").flatMap(idOf)),
  );
  const found = "notObserved" in tables ? undefined : tables.find((one) => idOf(one) === table.taken);
  const { type, field } = found?.timePartitioning ?? {};
  return {
    choices: [
      dataset,
      table,
      ...pickValue(named, "PARTITION_COLUMN", type === "DAY" ? field : undefined),
      ...pickValue(named, "CLUSTER_COLUMNS", found?.clustering?.fields?.join(",")),
    ],
    labels: found ? [found.labels?.deployment] : [],
  };
}
