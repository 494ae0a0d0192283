/** What lies in the table and among the dead letters, and how long rows still come. */
import { countWaiting } from "../change/restore/waiting";
import type { World } from "../command-line";
import { pause } from "../observe/ask";
import { troubleOf } from "../observe/trouble";
import { bq } from "../resources/command";
import type { Setup } from "../resources/setup";
import type { Lies } from "./measured";
import { DrillError } from "./safety";
import type { DrillOptions, DrillWorld } from "./world";

const LOOK_EVERY_MS = 15_000;

/** Dead letters are leased, not acknowledged: so they are counted twice in a drill, at its begin and its end, and not in between. */
export async function liesNow(setup: Setup, { run }: World): Promise<Lies> {
  const letters = { ...setup, settings: { ...setup.settings, SUBSCRIPTION: setup.settings.DEAD_LETTER_SUBSCRIPTION } };
  const [rows, waiting] = await Promise.all([rowsNow(setup, run), countWaiting(letters, undefined, run)]);
  const counted = "notObserved" in waiting || !waiting.all ? undefined : waiting.messages + waiting.probes;
  return { rows, deadLetters: counted };
}

async function rowsNow({ project, region, settings }: Setup, run: World["run"]): Promise<number | undefined> {
  const sql = `SELECT COUNT(*) AS n FROM \`${project}.${settings.DATASET}.${settings.TABLE}\``;
  const answer = await run(
    bq(
      { project_id: project, location: region, format: "json" },
      "query",
      { nouse_legacy_sql: true, nouse_cache: true },
      sql,
    ),
  );
  if (answer.code !== 0) return undefined;
  try {
    return Number((JSON.parse(answer.stdout) as readonly { readonly n: string }[])[0]?.n);
  } catch {
    throw new DrillError("NOT_OBSERVED", `the rows are not counted: ${troubleOf(answer).said}`);
  }
}

/** Looks until no row has come for two looks. Answers when the first new one came; undefined where none did. */
export async function drained(
  setup: Setup,
  lay: Lies,
  { drain }: DrillOptions,
  { run, now = Date.now, wait = pause }: DrillWorld,
  tell: (what: string) => void,
): Promise<number | undefined> {
  const until = now() + drain * 1000;
  let [last, quiet]: [number | undefined, number] = [await rowsNow(setup, run), 0];
  const atFirst = last ?? lay.rows;
  let first: number | undefined;
  while (now() < until && quiet < 2) {
    await wait(LOOK_EVERY_MS);
    const rows = await rowsNow(setup, run);
    if (rows !== undefined && first === undefined && rows > (atFirst ?? 0)) first = now();
    quiet = rows !== undefined && rows === last && first !== undefined ? quiet + 1 : 0;
    last = rows;
  }
  tell(
    quiet < 2 ? `rows were still coming, or none came, after ${drain} s` : "no row has come for a while: it is drained",
  );
  return first;
}
