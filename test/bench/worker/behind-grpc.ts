/** Limit B: the loop behind grpc-js and Beam's protos, as the SDK uses them, and nothing else of the SDK. Run with its arguments. */
import { credentials, Metadata } from "@grpc/grpc-js";
import "../../../pipeline/sdk/node-compat";
import "apache-beam";
import { BeamFnControlClient, BeamFnDataClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { FlatWriter } from "../../../pipeline/sdk/fast/flat-writer";
import { run } from "./loop";

const [address, id] = process.argv.slice(2) as [string, string];
const metadata = new Metadata();
metadata.add("worker_id", id);
const LIMITS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
const control = new BeamFnControlClient(address, credentials.createInsecure(), LIMITS).control(metadata);
const stream = new BeamFnDataClient(address, credentials.createInsecure(), LIMITS).data(metadata);
const writer = new FlatWriter(0, 2 << 20);

stream.on("data", ({ data: parts }) => {
  for (const { instructionId, data, isLast } of parts) {
    const send = (bytes: Uint8Array, last: boolean) => {
      stream.write({ data: [{ instructionId, transformId: "out", data: bytes, isLast: last }], timers: [] });
    };
    const flush = () => {
      send(writer.finish(), false);
      writer.reset();
    };
    run(data as Buffer, writer, flush);
    if (!isLast) continue;
    if (writer.len > 0) flush();
    send(new Uint8Array(), true);
    const processBundle = { residualRoots: [], requiresFinalization: false, monitoringInfos: [], monitoringData: {} };
    control.write({ instructionId, error: "", response: { oneofKind: "processBundle", processBundle } });
  }
});
control.on("data", () => {});
for (const channel of [control, stream]) channel.on("error", () => process.exit());
control.on("end", () => process.exit());
