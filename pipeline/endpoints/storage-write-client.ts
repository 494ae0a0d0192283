// Deep, for the package's front door loads Apache Arrow and core-js as well, 28 MB that only reading needs.
import { BigQueryWriteClient } from "@google-cloud/bigquery-storage/build/src/v1";
import { credentials } from "@grpc/grpc-js";

export interface StorageWrite {
  /** Undefined where the emulator of BigQuery has no known port for this API. */
  readonly client: BigQueryWriteClient | undefined;
  readonly kind: "bigquery" | "bigquery-emulator";
  /** Of one request, and of a row in one. */
  readonly most: { readonly items: number; readonly bytes: number; readonly rowBytes: number };
}

/** A request of AppendRows has 10 MB at most [Quotas and limits]; the rest is room for what is not rows. */
const OF_SERVICE = { items: 2000, bytes: 8_000_000, rowBytes: 9_900_000 };
/** What gRPC takes where nobody says more. */
const OF_EMULATOR = { items: 2000, bytes: 3_000_000, rowBytes: 4_000_000 };

/** A connection that has gone without a word is found out. */
const ALIVE = { "grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 10_000 };

/**
 * Google's client of the Storage Write API: of the emulator where BIGQUERY_STORAGE_EMULATOR_HOST names one, HOST:PORT, else of the
 * service. Where BIGQUERY_EMULATOR_HOST alone is given it is of none: nothing that is meant for an emulator goes to the service.
 */
export function storageWriteClient(projectId: string): StorageWrite {
  const host = process.env.BIGQUERY_STORAGE_EMULATOR_HOST;
  if (!host) {
    if (process.env.BIGQUERY_EMULATOR_HOST) return { client: undefined, kind: "bigquery-emulator", most: OF_EMULATOR };
    return { client: new BigQueryWriteClient({ projectId, ...ALIVE }), kind: "bigquery", most: OF_SERVICE };
  }
  const at = host.lastIndexOf(":");
  const client = new BigQueryWriteClient({
    ...ALIVE,
    projectId,
    servicePath: host.slice(0, at),
    port: Number(host.slice(at + 1)),
    sslCreds: credentials.createInsecure(),
    // Without any the client looks for a metadata server.
    credentials: { client_email: "emulator", private_key: "none" },
  });
  return { client, kind: "bigquery-emulator", most: OF_EMULATOR };
}
