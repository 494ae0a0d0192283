/** The daily commands: each reads what it is given, and says how it ended by its exit code. */
import { readFileSync } from "node:fs";
import { loadTableSchema } from "../../schemas/load";
import { compileRowParser } from "../../schemas/row-parser";
import { type Given, settingsOfLine, UsageError, type World } from "../command-line";
import { deploymentOfSettings } from "../deployment/from-settings";
import { type Settings, SETTINGS } from "../deployment/settings";
import { asking } from "../observe/ask";
import { packageVersion, settingsFrom } from "../settings";
import { publisherFor, subscriberFor } from "./clients";
import { conserveByCount, waitingIn } from "./cloud-counts";
import { type Equation, equationAsText, equationById } from "./conserve";
import { knownReplays, openReplayJournal, REPLAYS, type ReplayJournal } from "./journal";
import { isSelected, type Letter, type Selection } from "./letter";
import { groupsAsText, groupsOf } from "./list";
import { fixOf, type Mend, mendsOf } from "./mend";
import { LAG_MS, monitoringOf } from "./monitoring";
import { filePublisher, type Publisher, topicPublisher } from "./publish";
import { planned, type Replayed, replay, type Step } from "./replay";
import { attributesLeftOut, restored } from "./restore";
import { replayedAsText, stepsAsText } from "./said";
import { shown, shownAsText } from "./show";
import { fileStore, readText, type Store } from "./store";
import { type Subscriber, subscriptionStore } from "./subscription-store";
import { bigQueryTable, duckDbTable, type Table } from "./table";
import { OperateError } from "./trouble";

const MINUTE = 60_000;

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
    // A file keeps what was replayed from it; a subscription does not.
    const left = letters.filter(({ id }) => replays.get(id)?.outcome !== "settled");
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
    const replayed = letters.length - left.length;
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

/** 0 it closes, 1 it does not. */
export async function conserveCommand(given: Given, world: World): Promise<number> {
  const made = given["published-ids"] === undefined ? await byCount(given, world) : await byId(given, world);
  world.print(given.json ? asJson(made) : equationAsText(made));
  return made.closes ? 0 : 1;
}

async function byCount(given: Given, world: World): Promise<Equation> {
  const settings = settingsOfDeployment(given, world);
  const now = Date.now();
  const floor = (ms: number) => Math.floor(ms / MINUTE) * MINUTE;
  const until = floor(timeOf(given.until, "until") ?? now - LAG_MS - MINUTE);
  const since = floor(timeOf(given.since, "since") ?? until - 60 * MINUTE);
  if (since >= until) throw new UsageError("--since is not before --until: give a window of whole minutes");
  if (until > now - LAG_MS) {
    throw new UsageError(
      "--until is too late: Monitoring has the numbers after 4 minutes; give an earlier time, or wait",
    );
  }
  const monitoring = monitoringOf(settings.PROJECT_ID, world.env);
  const tolerance = given.tolerance === undefined ? 0 : Number(given.tolerance);
  if (!(tolerance >= 0)) throw new UsageError(`--tolerance ${given.tolerance} is no number of messages`);
  world.print(given.json ? "" : `from ${new Date(since).toISOString()} to ${new Date(until).toISOString()}\n\n`);
  return conserveByCount(settings, { since, until }, monitoring, asking(world.run, world.wait), tolerance);
}

async function byId(given: Given, world: World): Promise<Equation> {
  const published = new Set(
    readText(String(given["published-ids"]))
      .split("\n")
      .filter((id) => id !== ""),
  );
  const table = tableOf(given, world);
  if (table === undefined) throw new UsageError("say where the rows are: --duckdb FILE, or the deployment's settings");
  const waiting = await waitingOf(given, world);
  const letters = await idsIn(await storeOf(given, world), given);
  const replays = [...knownReplays(journalOf(given)).values()].filter(({ outcome }) =>
    /published|settled/.test(outcome),
  );
  const rows = await table.holds([...published]);
  if (rows === undefined) {
    throw new OperateError(
      "TABLE_NOT_ASKED",
      `${table.name} has no message ids (--write_metadata): leave out --published-ids`,
    );
  }
  const counts = given.duckdb === undefined ? undefined : await table.counts();
  const duplicates = counts?.ids === undefined ? undefined : counts.rows - counts.ids;
  const file = given.file === undefined ? "the dead-letter subscription, pulled and given back" : String(given.file);
  return equationById(
    { published, rows, deadLetters: letters, replayed: new Set(replays.map(({ id }) => id)), waiting },
    {
      published: String(given["published-ids"]),
      rows: table.name,
      deadLetters: file,
      waiting:
        typeof waiting === "number"
          ? "subscription/num_undelivered_messages, 4 minutes old"
          : "the subscription, pulled and given back",
    },
    duplicates,
  );
}

/** By id where a subscription is named; the deployment's is left alone, because a job reads it. */
async function waitingOf(given: Given, world: World): Promise<ReadonlySet<string> | number> {
  if (given.waiting !== undefined) {
    const name = String(given.waiting);
    const store = await subscriptionStore(name, subscriberFor(name, world.env) as Subscriber);
    try {
      const { letters, more } = await store.take(mostOf(given));
      if (more) throw new OperateError("NOT_OBSERVED", `${name} has more than ${mostOf(given)}: --most N`);
      // What waits is no dead letter: its place is its own message id.
      return new Set(letters.map(({ place }) => place));
    } finally {
      await store.close();
    }
  }
  if (given.file !== undefined) return new Set();
  const settings = settingsOfDeployment(given, world);
  const found = await waitingIn(settings.SUBSCRIPTION, Date.now(), monitoringOf(settings.PROJECT_ID, world.env));
  if (found === undefined)
    throw new OperateError("NOT_OBSERVED", `what waits in ${settings.SUBSCRIPTION} was not observed`);
  return found;
}

async function idsIn(store: Store, given: Given): Promise<ReadonlySet<string>> {
  try {
    const { letters, more } = await store.take(mostOf(given));
    if (more) throw new OperateError("NOT_OBSERVED", `${store.name} has more than ${mostOf(given)}: --most N`);
    return new Set(letters.map(({ id }) => id));
  } finally {
    await store.close();
  }
}

/** Writes down what the operator found out of a replay whose end nobody knows. */
function resolveUnclear(given: Given, journal: ReplayJournal, { print }: World): number {
  const ids = list(given.id);
  if (ids.length === 0) throw new UsageError("--unclear-was goes with --id: say which");
  const open = ids.map((id) => journal.of(id)).filter((entry) => entry?.outcome === "started");
  if (open.length < ids.length)
    throw new OperateError("NO_SUCH_LETTER", "not every --id is unclear: nothing is written");
  const outcome = given["unclear-was"] === "published" ? "published" : "failed";
  journal.add(open.map((entry) => ({ id: entry!.id, to: entry!.to, outcome })));
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

function tableOf(given: Given, world: World): Table | undefined {
  if (given.duckdb !== undefined) {
    const name = schemaOf(given, world)
      .split("/")
      .at(-1)!
      .replace(/\.json$/, "");
    return duckDbTable(String(given.duckdb), name);
  }
  if (given.file !== undefined || world.env.PUBSUB_EMULATOR_HOST) return undefined;
  const settings = settingsOfDeployment(given, world);
  return bigQueryTable(deploymentOfSettings(settings, packageVersion()), asking(world.run, world.wait));
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

function publisherOf(given: Given, world: World): Publisher {
  if (given.out !== undefined) return filePublisher(String(given.out));
  const topic = given.topic === undefined ? topicOf(settingsOfDeployment(given, world)) : String(given.topic);
  if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(topic))
    throw new UsageError(`--topic ${topic} is not of the form projects/P/topics/T`);
  return topicPublisher(topic, publisherFor(topic, world.env));
}

const topicOf = ({ PROJECT_ID, TOPIC }: Settings) => `projects/${PROJECT_ID}/topics/${TOPIC}`;

async function storeOf(given: Given, world: World): Promise<Store> {
  if (given.file !== undefined) return fileStore(String(given.file));
  const { PROJECT_ID, DEAD_LETTER_SUBSCRIPTION } = settingsOfDeployment(given, world);
  const name = `projects/${PROJECT_ID}/subscriptions/${DEAD_LETTER_SUBSCRIPTION}`;
  const client = subscriberFor(name, world.env);
  return subscriptionStore(name, client as Subscriber).catch(async (error) => {
    await client.close();
    throw error;
  });
}

const settingsOfDeployment = (given: Given, world: World) =>
  settingsFrom(settingsOfLine(given), world.env, world.settingsFile);

function schemaOf(given: Given, world: World): string {
  if (given.schema !== undefined) return String(given.schema);
  if (given.file !== undefined) return world.env.SCHEMA || SETTINGS.SCHEMA.usual!;
  return settingsOfDeployment(given, world).SCHEMA;
}

function selectionOf(given: Given): Selection {
  const since = timeOf(given.since, "since");
  const until = timeOf(given.until, "until");
  return {
    reasons: list(given.reason),
    columns: list(given.column),
    ids: list(given.id),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

const list = (value: unknown) => (value ?? []) as readonly string[];

function timeOf(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(String(value)) ? Date.parse(String(value)) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`--${flag} ${value} is no time such as 2026-02-28T12:00:00Z`);
  return ms;
}

function mostOf(given: Given): number {
  const most = Number(given.most ?? 10_000);
  if (!Number.isSafeInteger(most) || most < 1) throw new UsageError(`--most ${given.most} is no number above 0`);
  return most;
}

const journalOf = (given: Given) => String(given.journal ?? REPLAYS);

async function sure({ confirm, complain }: World, question: string): Promise<boolean> {
  if (confirm !== undefined) return confirm(question);
  complain("--clear shows personal data, and nobody can be asked here: say --yes\n");
  return false;
}

const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
