import { credentials } from "@grpc/grpc-js";

/**
 * A half-open connection is found and made anew within 80 s: without, each call on it waits until its deadline, and so does the next. A ping goes
 * out only while a call waits and nothing comes: twice between the answers of empty pulls, which a server's default allows.
 */
const KEEPALIVE = { "grpc.keepalive_time_ms": 60_000, "grpc.keepalive_timeout_ms": 20_000 };

/**
 * Options for Google's low-level Pub/Sub clients: the emulator where PUBSUB_EMULATOR_HOST names one, else the service.
 * `resource`: `projects/P/…`; the emulator's client would otherwise look for a metadata server to learn the project.
 */
export function pubsubClientOptions(resource: string) {
  const projectId = resource.split("/")[1]!;
  const host = process.env.PUBSUB_EMULATOR_HOST;
  if (!host) return { ...KEEPALIVE, projectId };
  const at = host.lastIndexOf(":");
  return {
    ...KEEPALIVE,
    projectId,
    servicePath: host.slice(0, at),
    port: Number(host.slice(at + 1)),
    sslCreds: credentials.createInsecure(),
    // Without any the client looks for a metadata server.
    credentials: { client_email: "emulator", private_key: "none" },
  };
}
