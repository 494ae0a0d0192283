/** What somebody moves behind an audit's back, one at a time, and what an audit has to say of it. */
import type { FakeCloud } from "../support/fake-cloud/cloud";

export interface Moved {
  readonly what: string;
  readonly move: (cloud: FakeCloud, job: string) => void;
  /** In the words of an open point. */
  readonly said: (job: string) => string;
}

const RING = (project: string) => `projects/${project}/locations/europe-west2/keyRings/str-pl-london-kr`;
const TABLE = "da_streaming_pipeline.cc_account_info";

/** The cloud's state is changed by itself: who moves things does not ask us. */
export const MOVED: readonly Moved[] = [
  {
    what: "a bucket's key",
    move: ({ state, project }) => {
      const defaultKmsKeyName = `${RING(project)}/cryptoKeys/another`;
      state.storage.buckets.change("da_streaming_pipeline", { encryption: { defaultKmsKeyName } });
    },
    said: () => "bucket da_streaming_pipeline is under key europe-west2/another, no key of the deployment",
  },
  {
    what: "a table's location",
    move: ({ state, project }) => {
      const name = state.bigquery.tables.names().find((one) => one.includes(TABLE) || one.endsWith("cc_account_info"));
      if (name === undefined) throw new Error(`${project} has no table`);
      state.bigquery.tables.change(name, { location: "EU" } as object);
    },
    said: () => `table ${TABLE} is in eu, not in europe-west2`,
  },
  {
    what: "one more decrypter",
    move: ({ state, project }) => {
      const key = `${RING(project)}/cryptoKeys/str-pl-london-key01`;
      const { bindings = [] } = state.policies.get(`cloudkms/${key}`);
      const one = { role: "roles/cloudkms.cryptoKeyDecrypter", members: ["user:mallory@elsewhere.example"] };
      state.policies.set(`cloudkms/${key}`, { bindings: [...bindings, one] });
    },
    said: () => "user:mallory@elsewhere.example can decrypt by roles/cloudkms.cryptoKeyDecrypter on the key",
  },
  {
    what: "a job without a key",
    move: ({ state }, job) => {
      const { environment } = state.dataflow.all.find(({ id }) => id === job) as { environment?: object };
      state.dataflow.set(job, { environment: { ...environment, serviceKmsKeyName: undefined } });
    },
    said: (job) => `(${job}): no key is given`,
  },
  {
    what: "a value in a label",
    move: ({ state }, job) => {
      state.dataflow.set(job, { labels: { customer: "gb29nwbk60161331926819" } });
    },
    said: (job) => `label 1 of job ${job}: what reads as an IBAN`,
  },
];
