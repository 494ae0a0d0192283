#!/usr/bin/env -S npx ts-node
/** Plans how a table's schema grows; asks nobody and changes nothing but files of its own. Exit codes: 0 nothing is different, 1 an error, 2 something is, or a command line that cannot be run. */
import { schemaFields } from "../schemas/evolution/fields";
import { type PlannedChange, schemaPlan, type SchemaPlan } from "../schemas/evolution/plan";
import { commandLine, type Given, runIfMain, text, type World, yesNo } from "./command-line";
import { shown } from "./resources/command";
import { writeFiles } from "./run";
import { wantedOf } from "./schema/read";
import { type Steps, stepsOf } from "./schema/roll-out";
import { planAsText } from "./schema/text";

const FOLDER = "build/schema-plan";

async function planCommand(given: Given, { print }: World): Promise<number> {
  const wanted = wantedOf(given);
  const { project, dataset, table } = wanted.table;
  const plan = schemaPlan(wanted.from, wanted.to, `${project}.${dataset}.${table}`, wanted.layout, wanted.renames);
  const steps = stepsOf(plan, wanted, String(given.folder));
  for (const step of steps) writeFiles(step);
  print(given.json ? asJson(plan, steps) : planAsText(plan, steps, hintsOf(plan)));
  return plan.verdict === undefined ? 0 : 2;
}

/** What may be a rename is said, and never taken for one. */
function hintsOf({ changes }: SchemaPlan): string[] {
  const of = (kind: PlannedChange["kind"]) => changes.filter((one) => one.kind === kind && !one.path.includes("."));
  const type = (column = "") => column.replace(/^`[^`]*` /, "").replace(/ NOT NULL$/, "");
  return of("dropped").flatMap((gone) =>
    of("added")
      .filter((one) => type(one.to) === type(gone.from))
      .map(({ path }) => `If ${gone.path} is ${path} by another name: RENAME="${gone.path}=${path}"`),
  );
}

function asJson(plan: SchemaPlan, steps: readonly Steps[]): string {
  const rollOuts = plan.rollOuts.map(({ changes, schema }, at) => ({
    order: steps[at]!.order ?? null,
    changes,
    schemaFile: steps[at]!.schema,
    schema: schemaFields(schema.columns),
    table: steps[at]!.table.map(shown),
  }));
  const changes = plan.changes.map(({ way, order, ...change }) => ({
    ...change,
    order: order ?? null,
    way: way.kind === "update" ? { kind: way.kind, columns: schemaFields(way.columns) } : way,
  }));
  return `${JSON.stringify({ ...plan, verdict: plan.verdict ?? "nothing", changes, rollOuts }, null, 2)}\n`;
}

export const main = commandLine(
  "deploy/schema-plan.ts",
  [
    {
      words: "schema-plan",
      describe:
        "how a table's schema grows from one file to another: what is safe, in which order, by which statements",
      options: (argv) =>
        argv
          .option("from", { ...text("the schema that table and pipeline have now"), demandOption: true })
          .option("to", { ...text("the schema that they shall have"), demandOption: true })
          .option("table", text("project.dataset.table, for the statements"))
          .option("rename", { ...text("OLD=NEW: a column that has another name"), array: true, nargs: 1 })
          .option("partition-column", text("that the table is partitioned by; a Table resource says it itself"))
          .option("cluster-columns", text("that it is clustered by, with commas"))
          .option("folder", { ...text("where schema files in between are written"), default: FOLDER })
          .option("json", yesNo("as JSON")),
      run: planCommand,
    },
  ],
  [],
);

runIfMain(module, main);
