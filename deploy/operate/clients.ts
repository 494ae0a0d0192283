/** Google's low-level Pub/Sub clients, of the emulator where PUBSUB_EMULATOR_HOST names one. They never retry by themselves. */
import { v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";

/** As the pipeline's own (pipeline/endpoints/pubsub-client.ts): deploy knows nothing of pipeline. `resource`: `projects/P/…`. */
function options(resource: string, host: string | undefined) {
  const projectId = resource.split("/")[1]!;
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

export const ONCE = { timeout: 30_000, retry: null };

export const publisherFor = (topic: string, env: NodeJS.ProcessEnv) =>
  new v1.PublisherClient(options(topic, env.PUBSUB_EMULATOR_HOST));

export const subscriberFor = (subscription: string, env: NodeJS.ProcessEnv) =>
  new v1.SubscriberClient(options(subscription, env.PUBSUB_EMULATOR_HOST));
