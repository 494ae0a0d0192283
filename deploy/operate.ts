#!/usr/bin/env -S npx ts-node
/** The commands of every day: status, dead-letters, replay, conserve. Exit codes: 0 it is done, or holds; 1 it is not; 2 a command line that cannot be run. */
import type { Argv } from "yargs";
import { commandLine, runIfMain, text, withSettings, yesNo } from "./command-line";
import { deadLettersCommand, replayCommand } from "./operate/commands";
import { conserveCommand } from "./operate/conserve-command";
import { REPLAYS } from "./operate/journal";
import { statusCommand } from "./operate/status/command";
import { OperateError } from "./operate/trouble";

/** May be said more than once; each takes one value, so that what follows it is a setting. */
const many = (describe: string) => ({ ...text(describe), array: true, nargs: 1 }) as const;

/** Of a table's file that is encrypted. */
const TABLE_KEY = {
  "duckdb-key-file": text("with --duckdb: the file of its key"),
  "duckdb-kms-key": text("with --duckdb: the key in Cloud KMS that wraps its key"),
} as const;

/** What every command is told of where dead letters are. */
const withLetters = (argv: Argv) =>
  withSettings(argv)
    .option("file", text("a dead letter file; without it the deployment's dead-letter subscription"))
    .option("schema", text("the file with the table's columns, where it is not the deployment's"))
    .option("most", text("how many are looked at; 10000 unless said"))
    .option("journal", text(`what was replayed; ${REPLAYS} unless said`))
    .option("json", yesNo("as JSON"));

export const main = commandLine(
  "deploy/operate.ts",
  [
    {
      words: "status [settings..]",
      describe: "how it is now: job, key, backlog, delay, rows, dead letters, alerts; 1 where somebody has to look",
      options: (argv) =>
        withSettings(argv)
          .option("watch", text("again every so many seconds; on a terminal in place"))
          .option("reasons", { boolean: true, default: true, describe: "look at dead letters for their reasons" })
          .option("most", text("how many dead letters are looked at; 1000 unless said"))
          .option("json", yesNo("as JSON; with --watch a line each")),
      run: (given, world) => statusCommand(given, world),
    },
    {
      words: "dead-letters [settings..]",
      describe: "list dead letters by reason and column, or show one; they stay where they are",
      options: (argv) =>
        withLetters(argv)
          .option("show", text("one, masked, by its message id"))
          .option("clear", yesNo("with --show: not masked, personal data too; asks first"))
          .option("yes", yesNo("do not ask")),
      run: deadLettersCommand,
    },
    {
      words: "replay [settings..]",
      describe: "publish the messages of dead letters again, mended or not; a dry run without --yes",
      options: (argv) =>
        withLetters(argv)
          .option("reason", many("only of this reason"))
          .option("column", many("only of this column"))
          .option("schema-version", many("only refused by this version of the schema"))
          .option("id", many("only of this message id"))
          .option("since", text("only published since, 2026-02-28T12:00:00Z"))
          .option("until", text("only published before"))
          .option("fix", many("COLUMN=VALUE: sets the column; VALUE is JSON, or text where it is no JSON"))
          .option("fix-file", text("operations, a JSON array: docs/dead-letters.md"))
          .option("content", text("a file with the whole content, in place of that of one message"))
          .option("unknown-columns", { ...text("as the pipeline has it"), choices: ["refuse", "drop"] })
          .option("topic", text("projects/P/topics/T, where it is not the deployment's"))
          .option("out", text("a new file in place of a topic, for --input FILE --input_format pubsub"))
          .option("duckdb", text("the table's file, which is asked for rows that are there already"))
          .options(TABLE_KEY)
          .option("without-table", yesNo("do not ask the table"))
          .option("unclear-was", { ...text("what was found out of --id"), choices: ["published", "lost"] })
          .option("yes", yesNo("do it")),
      run: replayCommand,
    },
    {
      words: "conserve [settings..]",
      describe: "published = rows + dead letters + waiting, by message id or by count",
      options: (argv) =>
        withLetters(argv)
          .option("published-ids", { ...text("a file of message ids, one a line: by id"), alias: "published_ids" })
          .option("duckdb", text("the table's file, where it is not BigQuery"))
          .options(TABLE_KEY)
          .option("waiting", text("projects/P/subscriptions/S that nobody reads now: what waits there, by id"))
          .option("since", text("the window; an hour before --until unless said"))
          .option("until", text("its end; five minutes ago unless said"))
          .option("tolerance", text("by count: how many messages the two sides may differ; 0 unless said")),
      run: conserveCommand,
    },
  ],
  [OperateError],
);

runIfMain(module, main);
