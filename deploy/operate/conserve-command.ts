/** The command that counts what became of each message. */
import { type Given, UsageError, type World } from "../command-line";
import { asking } from "../observe/ask";
import { subscriberFor } from "./clients";
import { conserveByCount, waitingIn } from "./cloud-counts";
import { type Equation, equationAsText, equationById } from "./conserve";
import { asJson, journalOf, mostOf, settingsOfDeployment, storeOf, tableOf, timeOf } from "./ends";
import { knownReplays } from "./journal";
import { LAG_MS, monitoringOf } from "./monitoring";
import { readText, type Store } from "./store";
import { type Subscriber, subscriptionStore } from "./subscription-store";
import { OperateError } from "./trouble";

const MINUTE = 60_000;

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
      waiting: waitingSource(given),
    },
    duplicates,
  );
}

function waitingSource(given: Given): string {
  if (given.waiting !== undefined) return `${given.waiting}, pulled and given back`;
  return given.file === undefined ? "subscription/num_undelivered_messages" : "not asked: --waiting SUBSCRIPTION";
}

/** By id where a subscription is named; the deployment's is left alone, because a job reads it. */
async function waitingOf(given: Given, world: World): Promise<ReadonlySet<string> | number> {
  if (given.waiting !== undefined) {
    const name = String(given.waiting);
    const store = await subscriptionStore(name, subscriberFor(name, world.env) as Subscriber, world.wait);
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
