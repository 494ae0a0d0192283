import { credentials } from "@grpc/grpc-js";

/**
 * Options for Google's low-level Pub/Sub clients: the emulator where PUBSUB_EMULATOR_HOST names one, else the service.
 * `resource`: `projects/P/…`; the emulator's client would otherwise look for a metadata server to learn the project.
 */
export function pubsubClientOptions(resource: string) {
  const projectId = resource.split("/")[1]!;
  const host = process.env.PUBSUB_EMULATOR_HOST;
  if (!host) return { projectId };
  const at = host.lastIndexOf(":");
  return {
    projectId,
    servicePath: host.slice(0, at),
    port: Number(host.slice(at + 1)),
    sslCreds: credentials.createInsecure(),
    // Without any the client looks for a metadata server.
    credentials: { client_email: "emulator", private_key: "none" },
  };
}
