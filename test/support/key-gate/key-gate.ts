/**
 * Stands before the Pub/Sub and the BigQuery emulator, and lets through only what Google would: the emulators keep the name of a key and
 * enforce nothing. Whether a key may be used is the fake cloud's to say, of which the real gcloud takes it away.
 */
import type { FakeCloud } from "../fake-cloud/cloud";
import type { Access } from "./access";
import { startBigQueryGate } from "./bigquery-gate";
import { Hearing } from "./hearing";
import { startPubsubGate } from "./pubsub-gate";
import { usableByBigQuery, usableByPubsub } from "./usable";

export interface KeyGateOptions {
  readonly cloud: Pick<FakeCloud, "state" | "project">;
  /** `127.0.0.1:PORT` of the emulators behind. */
  readonly pubsub: string;
  readonly bigquery: string;
  /** How late each service hears that a key may no longer be used, or may be again. */
  readonly delaysMs?: { readonly pubsub?: number; readonly bigquery?: number };
}

export interface KeyGate {
  /** In place of the emulators' own, for PUBSUB_EMULATOR_HOST and BIGQUERY_EMULATOR_HOST. */
  readonly pubsub: string;
  readonly bigquery: string;
  readonly accesses: readonly Access[];
  stop(): Promise<void>;
}

/** How often the services look at their keys. */
const LISTEN_MS = 50;

export async function startKeyGate({ cloud, pubsub, bigquery, delaysMs = {} }: KeyGateOptions): Promise<KeyGate> {
  const { state } = cloud;
  const project = state.project(cloud.project);
  const accesses: Access[] = [];
  const log = (access: Access) => void accesses.push(access);
  const ofPubsub = new Hearing((name) => usableByPubsub(state, project, name), { delayMs: delaysMs.pubsub ?? 0 });
  const ofBigQuery = new Hearing((name) => usableByBigQuery(state, project, name), { delayMs: delaysMs.bigquery ?? 0 });
  const pubsubGate = await startPubsubGate(pubsub, ofPubsub, log);
  const bigqueryGate = await startBigQueryGate(bigquery, ofBigQuery, log);
  const listening = setInterval(() => {
    for (const hearing of [ofPubsub, ofBigQuery]) hearing.listen();
  }, LISTEN_MS);
  return {
    pubsub: pubsubGate.host,
    bigquery: bigqueryGate.host,
    accesses,
    async stop() {
      clearInterval(listening);
      await Promise.all([pubsubGate.stop(), bigqueryGate.stop()]);
    },
  };
}
