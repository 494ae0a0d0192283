/** Makes what one run writes to, behind its gate and its wire. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Found } from "../check";
import { startBigQueryGate } from "./bigquery-gate";
import { Disk } from "./disk";
import type { Faults } from "./faults";
import { Link } from "./links";
import type { RealScenario } from "./scenario";
import { makeBigQuery, makeDuckDb, readBigQuery, readDuckDb } from "./sinks";
import { DATASET, PROJECT, type StandIns } from "./stand-ins";

/** One run's own. */
export interface Place {
  /** Of the run's table, in BigQuery. */
  readonly name: string;
  /** Where the run's files are: a disk of its own, where it is to be filled. */
  readonly folder: string;
  readonly faults: Faults;
  /** Undoes what was made, the last first. */
  readonly stops: (() => unknown)[];
}

export interface PreparedSink {
  /** The pipeline's. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Undefined of a file. */
  readonly link?: Link;
  /** When each insert id was taken, where there are insert ids. */
  readonly sends?: ReadonlyMap<string, readonly number[]>;
  rows(): Promise<Found["rows"]>;
}

export async function prepareSink(scenario: RealScenario, standIns: StandIns, place: Place): Promise<PreparedSink> {
  if (scenario.sink === "duckdb") {
    const path = join(place.folder, "rows.duckdb");
    await makeDuckDb(path);
    return { args: ["--duckdb", path], env: {}, rows: () => readDuckDb(path) };
  }
  const { host, grpcHost } = standIns.bigquery;
  await makeBigQuery(standIns, place.name);
  const gate = await startBigQueryGate(host, place.faults);
  place.stops.push(() => gate.stop());
  const link = await linkTo(scenario.sink === "bigquery" ? gate.host : grpcHost, place);
  const rows = () => readBigQuery(standIns, place.name);
  const args = ["--table", `${PROJECT}:${DATASET}.${place.name}`];
  if (scenario.sink === "bigquery")
    return { args, link, rows, env: { BIGQUERY_EMULATOR_HOST: link.host }, sends: gate.sends };
  const env = { BIGQUERY_EMULATOR_HOST: gate.host, BIGQUERY_STORAGE_EMULATOR_HOST: link.host };
  return { args: [...args, "--bigquery_write_method", "native"], link, rows, env };
}

export async function linkTo(behind: string, { stops }: Pick<Place, "stops">): Promise<Link> {
  const link = await Link.to(behind);
  stops.push(() => link.stop());
  return link;
}

/** Undefined where the scenario fills none, or where this machine does not let us mount one. */
export function prepareDisk({ timed }: RealScenario, { folder, stops }: Place): Disk | undefined {
  mkdirSync(folder);
  const disk = timed.some(({ what }) => what === "disk full") ? Disk.mount(folder) : undefined;
  if (disk !== undefined) stops.push(() => disk.unmount());
  return disk;
}
