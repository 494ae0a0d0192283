/** The commands of dead letters: each reads what it is given, and says how it ended by its exit code. */
import { readFileSync } from "node:fs";
import { loadTableSchema } from "../../schemas/load";
import { compileRowParser } from "../../schemas/row-parser";
import { type Given, UsageError, type World } from "../command-line";
import { asJson, journalOf, list, mostOf, publisherOf, schemaOf, storeOf, tableOf, timeOf } from "./ends";
import { knownReplays, openReplayJournal, type ReplayJournal } from "./journal";
import { isSelected, type Letter, type Selection } from "./letter";
import { groupsAsText, groupsOf } from "./list";
import { fixOf, mendsOf } from "./mend";
import type { Mend } from "./mend/kinds";
import type { Publisher } from "./publish";
import { planned, type Replayed, replay, type Step } from "./replay";
import { attributesLeftOut, restored } from "./restore";
import { replayedAsText, stepsAsText } from "./said";
import { shown, shownAsText } from "./show";
import { readText, type Store } from "./store";
import { OperateError } from "./trouble";

/** Lists, or shows one. 0 done, 1 an error. */
export async function deadLettersCommand(given: Given, world: World): Promise<number> {
  if (
    given.clear &&
    !given.yes &&
    !(await sure(world, "--clear shows the message as it is, personal data too, on this screen. Show it?"))
  )
    return 1;
  const store = await storeOf(given, world);
  try {
    const { letters, more } = await store.take(mostOf(given));
    const replays = knownReplays(journalOf(given));
    const isReplayed = ({ id }: Letter) => replays.get(id)?.outcome === "settled";
    // A file keeps what was replayed from it. What a subscription still has is never left out.
    const left = given.file === undefined ? letters : letters.filter((letter) => !isReplayed(letter));
    const replayed = letters.filter(isReplayed).length;
    const waiting = more ? `more wait than the ${mostOf(given)} that were looked at: --most N\n` : "";
    if (given.show !== undefined) {
      const letter = letters.find(({ id }) => id === String(given.show));
      if (letter === undefined)
        throw new OperateError("NO_SUCH_LETTER", `${store.name} has no ${given.show}. ${waiting}`.trim());
      const found = shown(letter, loadTableSchema(schemaOf(given, world)), given.clear === true);
      world.print(given.json ? asJson(found) : shownAsText(found));
      return 0;
    }
    const groups = groupsOf(left);
    if (given.json) world.print(asJson({ store: store.name, deadLetters: left.length, replayed, more, groups }));
    else {
      const head = `${store.name}: ${left.length} dead letters${replayed > 0 ? `, ${replayed} replayed` : ""}\n`;
      world.print(head + (groups.length > 0 ? `\n${groupsAsText(groups)}` : "") + waiting);
    }
    return 0;
  } finally {
    await store.close();
  }
}

/** Prints what would be done, or does it with --yes. 0 where nothing selected is refused, 1 where something is, or an error. */
export async function replayCommand(given: Given, world: World): Promise<number> {
  const mends = [...fixFile(given), ...list(given.fix).map(fixOf)];
  const selection = selectionOf(given);
  const journal = openReplayJournal(journalOf(given), world.env.USER || "nobody");
  let store: Store | undefined;
  let publisher: Publisher | undefined;
  try {
    if (given["unclear-was"] !== undefined) return resolveUnclear(given, journal, world);
    publisher = publisherOf(given, world);
    store = await storeOf(given, world);
    const { letters, more } = await store.take(mostOf(given));
    const selected = letters
      .filter((letter) => isSelected(letter, selection))
      // Of a file, what is done with is there for ever: it is spoken of only where it is named.
      .filter(
        ({ id }) => given.file === undefined || selection.ids.includes(id) || journal.of(id)?.outcome !== "settled",
      );
    const steps = planned(selected, {
      journal,
      to: publisher.name,
      rows: await rowsOf(selected, given, world),
      restore: restoreOf(given, world, mends, selected),
    });
    world.print(
      stepsAsText(steps, publisher.name, {
        more,
        leftOut: selected.filter((one) => attributesLeftOut(one) > 0).length,
      }),
    );
    const refused = steps.some(isRefused);
    if (!given.yes) {
      world.print("\nnothing is done: --yes does it\n");
      return refused ? 1 : 0;
    }
    const said = mends.map((mend) => mend.said).concat(given.content === undefined ? [] : ["content"]);
    const done: Replayed = await replay(steps, { store, publisher, journal, mends: said });
    world.print(`\n${replayedAsText(done)}`);
    return refused || done.trouble !== undefined || done.unsettled > 0 ? 1 : 0;
  } finally {
    await store?.close();
    await publisher?.close();
    journal.close();
  }
}

const isRefused = (step: Step) => step.kind === "refuse" || (step.kind === "settle" && step.why === "replayed_already");

/** Writes down what the operator found out of a replay whose end nobody knows. */
function resolveUnclear(given: Given, journal: ReplayJournal, { print }: World): number {
  const ids = list(given.id);
  if (ids.length === 0) throw new UsageError("--unclear-was goes with --id: say which");
  const open = ids.map((id) => journal.of(id)).filter((entry) => entry?.outcome === "started");
  if (open.length < ids.length)
    throw new OperateError("NO_SUCH_LETTER", "not every --id is unclear: nothing is written");
  const outcome = given["unclear-was"] === "published" ? "published" : "failed";
  journal.add(open.map((entry) => ({ id: entry!.id, publishTime: entry!.publishTime, to: entry!.to, outcome })));
  print(`${ids.length} written down as ${given["unclear-was"]}: replay them again\n`);
  return 0;
}

async function rowsOf(letters: readonly Letter[], given: Given, world: World): Promise<ReadonlySet<string>> {
  const table = given["without-table"] ? undefined : tableOf(given, world);
  const ids = [...new Set(letters.flatMap(({ id, root }) => [id, root]))];
  const found = table === undefined || ids.length === 0 ? new Set<string>() : await table.holds(ids);
  const why =
    table === undefined ? "no table was asked" : found === undefined && `${table.name} has no message_id column`;
  if (why) world.print(`${why}: that no row is there twice is known by the journal alone\n`);
  return found ?? new Set();
}

function restoreOf(given: Given, world: World, mends: readonly Mend[], selected: readonly Letter[]) {
  const unknownColumns = given["unknown-columns"] === "drop" ? "drop" : "refuse";
  const parse = compileRowParser(loadTableSchema(schemaOf(given, world)), { unknownColumns });
  if (given.content !== undefined && selected.length > 1) {
    throw new UsageError("--content is the content of one message: select one by --id");
  }
  if (given.content !== undefined && mends.length > 0)
    throw new UsageError("--content goes without --fix and --fix-file");
  const content = given.content === undefined ? undefined : contentOf(String(given.content));
  return (letter: Letter) => restored(letter, parse, mends, content);
}

function contentOf(path: string): Uint8Array {
  readText(path);
  return readFileSync(path);
}

const fixFile = (given: Given): Mend[] =>
  given["fix-file"] === undefined ? [] : mendsOf(readText(String(given["fix-file"])));

function selectionOf(given: Given): Selection {
  const since = timeOf(given.since, "since");
  const until = timeOf(given.until, "until");
  return {
    reasons: list(given.reason),
    columns: list(given.column),
    schemaVersions: list(given["schema-version"]),
    ids: list(given.id),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

async function sure({ confirm, complain }: World, question: string): Promise<boolean> {
  if (confirm !== undefined) return confirm(question);
  complain("--clear shows personal data, and nobody can be asked here: say --yes\n");
  return false;
}
