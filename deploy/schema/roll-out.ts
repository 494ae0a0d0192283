/** A plan as what somebody types: the commands of each roll-out, in their order, and the files that they read. Pure. */
import { basename } from "node:path";
import { schemaFields } from "../../schemas/evolution/fields";
import type { Part } from "../../schemas/evolution/order";
import type { RollOut, SchemaPlan } from "../../schemas/evolution/plan";
import type { Column } from "../../schemas/schema";
import { bq, type Command } from "../resources/command";
import type { Wanted } from "./read";

export interface Steps {
  readonly order?: readonly Part[];
  /** The schema file that the pipeline is given. */
  readonly schema: string;
  readonly table: readonly Command[];
  readonly files: Readonly<Record<string, string>>;
}

/** `folder`: where files go. The last roll-out that reaches the new schema takes its own file. */
export function stepsOf(plan: SchemaPlan, wanted: Wanted, folder: string): Steps[] {
  return plan.rollOuts.map((rollOut, at) => {
    const isLast = at === plan.rollOuts.length - 1 && plan.verdict !== "refused";
    const schema = isLast ? wanted.file : `${folder}/${at + 1}/${basename(wanted.file)}`;
    const table = tableCommands(rollOut, plan, wanted, `${folder}/${at + 1}`);
    const files = Object.assign({}, ...table.map((command) => command.files ?? {})) as Record<string, string>;
    return {
      ...(rollOut.order !== undefined && { order: rollOut.order }),
      ...{ schema, table },
      files: isLast ? files : { ...files, [schema]: asFile(rollOut.schema.columns) },
    };
  });
}

function tableCommands({ changes }: RollOut, plan: SchemaPlan, { table }: Wanted, folder: string): Command[] {
  const common = { project_id: table.project };
  const name = `${table.project}:${table.dataset}.${table.table}`;
  const ways = changes.map((at) => plan.changes[at]!.way);
  return ways.flatMap((way, at): Command[] => {
    if (way.kind === "alter") return [bq(common, "query", { use_legacy_sql: "false" }, way.sql)];
    // One whole schema has what the one before it had.
    if (way.kind !== "update" || ways[at + 1]?.kind === "update") return [];
    const file = `${folder}/table-${at + 1}.json`;
    return [{ ...bq(common, "update", { table: true }, name, file), files: { [file]: asFile(way.columns) } }];
  });
}

const asFile = (columns: readonly Column[]) => `${JSON.stringify(schemaFields(columns), null, 2)}\n`;
