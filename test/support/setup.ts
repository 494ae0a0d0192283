/** Prepares what the tests need beside node_modules, into build/, and says what this machine lacks. Quick the second time. */
import { prepareBigQueryEmulator } from "./emulators/bigquery";
import { findPubsubEmulator } from "./emulators/pubsub";
import { prepareStorageEmulator } from "./emulators/storage";
import { prepareDiscovery } from "./fake-cloud/discovery";
import { prepareJava } from "./java";
import { prepareNodes } from "./nodes";
import { setUp } from "./set-up";
import { prepare as prepareRehearsal } from "../rehearsal/prepare";

setUp({
  "the Pub/Sub emulator": findPubsubEmulator,
  "the BigQuery emulator": prepareBigQueryEmulator,
  "the Cloud Storage emulator": prepareStorageEmulator,
  "Google's discovery documents": prepareDiscovery,
  "Beam's Java": prepareJava,
  "Node 20, 22 and 24": prepareNodes,
  "what a rehearsal needs": prepareRehearsal,
});
