/**
 * grpc-js refuses messages above 4 MiB unless it is told otherwise: a channel died of the first larger one, and its bundles never ended.
 * Runners send up to what one element takes, and Beam's other SDKs set no limit on these three services either.
 */
import { type ChannelOptions, Client, type ChannelCredentials } from "@grpc/grpc-js";
import { BeamFnControlClient, BeamFnDataClient, BeamFnStateClient } from "apache-beam/proto/beam_fn_api.grpc-client";

const UNLIMITED: ChannelOptions = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

class UnlimitedClient extends Client {
  constructor(address: string, credentials: ChannelCredentials, options?: ChannelOptions) {
    super(address, credentials, { ...UNLIMITED, ...options });
  }
}

// The SDK's modules hold the classes themselves and give no options to their constructors: their base class is what can be changed.
for (const client of [BeamFnControlClient, BeamFnDataClient, BeamFnStateClient]) {
  Object.setPrototypeOf(client, UnlimitedClient);
  Object.setPrototypeOf(client.prototype, UnlimitedClient.prototype);
}
