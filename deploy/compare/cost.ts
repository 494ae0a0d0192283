/** What the variants cost, by the label that everything of a deployment carries, from Cloud Billing's export to BigQuery. */
import type { Ask } from "../observe/ask";
import { bq } from "../resources/command";
import { UsageError } from "../command-line";
import type { Variant } from "./variants";

export interface VariantCost {
  readonly variant: Variant;
  /** Of all services, credits taken off; undefined where the export has no line of it. */
  readonly total?: number;
  readonly perMillion?: number;
  readonly services: Readonly<Record<string, number>>;
}

export type Cost =
  | { readonly asked: false }
  | { readonly asked: true; readonly table: string; readonly notObserved: string }
  | {
      readonly asked: true;
      readonly table: string;
      readonly currency: string | null;
      /** The end of the newest usage that the export has; it comes up to a day late. */
      readonly newest: string | null;
      readonly variants: readonly VariantCost[];
    };

export interface CostAsked {
  readonly project: string;
  readonly table: string;
  /** ISO 8601 */
  readonly from: string;
  readonly to: string;
  readonly of: readonly { readonly variant: Variant; readonly deployment: string; readonly messages: number }[];
}

const TABLE = /^[a-z][a-z0-9-]{4,28}[a-z0-9]\.\w{1,1024}\.[\w-]{1,1024}$/;

/** `given`: project.dataset.table. Throws UsageError. */
export function billingTable(given: string): string {
  if (TABLE.test(given)) return given;
  throw new UsageError(
    `--billing-table ${given} is not of the form project.dataset.table, as Cloud Billing's export names it`,
  );
}

export function costSql({ table, from, to, of }: Pick<CostAsked, "table" | "from" | "to" | "of">): string {
  const names = of.map(({ deployment }) => `'${deployment}'`).join(", ");
  return `select label.value as deployment, service.description as service, currency,
  sum(cost) + sum(ifnull((select sum(credit.amount) from unnest(credits) as credit), 0)) as cost,
  format_timestamp('%FT%TZ', max(usage_end_time)) as newest
from \`${table}\`, unnest(labels) as label
where label.key = 'deployment' and label.value in (${names})
  and usage_end_time > timestamp('${from}') and usage_start_time < timestamp('${to}')
group by 1, 2, 3`;
}

interface Line {
  readonly deployment: string;
  readonly service: string;
  readonly currency: string;
  readonly cost: string | number;
  readonly newest: string;
}

export async function askCost(asked: CostAsked | undefined, ask: Ask): Promise<Cost> {
  if (asked === undefined) return { asked: false };
  const { table, project, of } = asked;
  const sql = costSql(asked);
  const flags = { nouse_legacy_sql: true, nouse_cache: true, max_rows: "1000" } as const;
  const seen = await ask(bq({ project_id: project, format: "json", quiet: true }, "query", flags, sql));
  if ("trouble" in seen) return { asked: true, table, notObserved: seen.trouble.said };
  const lines = seen.answer as readonly Line[];
  const currencies = [...new Set(lines.map(({ currency }) => currency))];
  if (currencies.length > 1) return { asked: true, table, notObserved: `it is in ${currencies.join(" and ")}` };
  return {
    ...{ asked: true, table, currency: currencies[0] ?? null },
    newest:
      lines
        .map(({ newest }) => newest)
        .sort()
        .at(-1) ?? null,
    variants: of.map(({ variant, deployment, messages }) => {
      const own = lines.filter((line) => line.deployment === deployment);
      const total = own.reduce((sum, { cost }) => sum + Number(cost), 0);
      return {
        variant,
        ...(own.length > 0 && { total, ...(messages > 0 && { perMillion: (total / messages) * 1e6 }) }),
        services: Object.fromEntries(own.map(({ service, cost }) => [service, Number(cost)])),
      };
    }),
  };
}
