/** What BigQuery is asked of a variant's table: the columns that tell a row's times, and the times of a window of messages. */
import { type Command, bq } from "../resources/command";
import type { Asked } from "../resources/setup";
import type { Window } from "./bench";
import type { Timings } from "./measured";

type Of = Pick<Asked, "project" | "region" | "settings">;

const nameOf = ({ project, settings }: Of) => `\`${project}.${settings.DATASET}.${settings.TABLE}\``;

const queryOf = ({ project, region }: Of, sql: string): Command =>
  bq(
    { project_id: project, location: region, format: "json", quiet: true },
    "query",
    { nouse_legacy_sql: true, nouse_cache: true },
    sql,
  );

/** The message's own columns, and the row's time: a default, which BigQuery sets where a row has none [Specify default column values]. */
export const timeColumns = (of: Of): Command =>
  queryOf(
    of,
    `alter table ${nameOf(of)} add column if not exists message_id string, add column if not exists publish_time timestamp, ` +
      "add column if not exists attributes json, add column if not exists written_at timestamp; " +
      `alter table ${nameOf(of)} alter column written_at set default current_timestamp()`,
  );

const within = ({ from, to }: Window) =>
  `publish_time between timestamp_millis(${Math.floor(from)}) and timestamp_millis(${Math.ceil(to)})`;

export const countRows = (of: Of, window: Window): Command =>
  queryOf(of, `select count(distinct message_id) as n from ${nameOf(of)} where ${within(window)}`);

/** The same numbers as bench.ts' timingsOf: ranks, so that every percentile is a delay that was measured. */
export function timingsSql(table: string, window: Window): string {
  return `with firsts as (
  select message_id, min(written_at) as written, min(publish_time) as published, count(*) as copies
  from ${table} where ${within(window)} group by message_id),
timed as (
  select written, timestamp_diff(written, published, microsecond) / 1000000 as delay from firsts where written is not null),
ranked as (
  select written, delay, row_number() over (order by written) as w, row_number() over (order by delay) as d,
    count(*) over () as n from timed),
edges as (
  select min(if(w >= ceil(0.1 * n), written, null)) as tenth, min(if(w >= ceil(0.9 * n), written, null)) as nine,
    min(if(d >= ceil(0.5 * n), delay, null)) as p50, min(if(d >= ceil(0.95 * n), delay, null)) as p95,
    min(if(d >= ceil(0.99 * n), delay, null)) as p99 from ranked)
select (select count(*) from firsts) as ids, (select coalesce(sum(copies), 0) from firsts) as copies,
  (select countif(written is null) from firsts) as untimed, p50, p95, p99,
  timestamp_diff(nine, tenth, microsecond) as micros,
  (select countif(ranked.written > edges.tenth and ranked.written <= edges.nine) from ranked, edges) as between_edges
from edges`;
}

export const askTimings = (of: Of, window: Window): Command => queryOf(of, timingsSql(nameOf(of), window));

/** One row of timingsSql's answer, as bq prints it. */
export type TimingsRow = Readonly<Record<string, string | number | null>>;

export function timingsOfRow(row: TimingsRow): Timings {
  const number = (name: string) => (row[name] == null ? undefined : Number(row[name]));
  const [ids, copies, untimed] = [number("ids") ?? 0, number("copies") ?? 0, number("untimed") ?? 0];
  const [micros, p50, p95, p99] = [number("micros"), number("p50"), number("p95"), number("p99")];
  return {
    ...{ rows: ids, duplicates: copies - ids, untimed },
    ...(micros !== undefined && micros > 0 && { messagesPerSecond: number("between_edges")! / (micros / 1e6) }),
    ...(p50 !== undefined && { delays: { p50, p95: p95!, p99: p99! } }),
  };
}
