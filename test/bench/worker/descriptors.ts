/** The stage as a runner hands it to a worker, in TypeScript and in Python. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { PipelineProto } from "../../../pipeline/sdk/pipeline-proto";
import { describeStage } from "../../support/fn-api/stage";
import { decode, parse } from "./stage";
import { BytesCoder } from "apache-beam/coders/standard_coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { type ProcessBundleDescriptor, RemoteGrpcPort } from "apache-beam/proto/beam_fn_api";
import { Coder, PTransform } from "apache-beam/proto/beam_runner_api";

const EXAMPLE = {
  name: "",
  address: "",
  country_code: "",
  city: "",
  bank_iban: "",
  company: "",
  credit_card: 1,
  credit_card_provider: "",
  credit_card_expires: "",
  date_record_created: "",
  employement: "",
  emp_id: "",
  name_prefix: "",
  phone_number: "",
};
const ROWS = RowCoder.fromJSON(EXAMPLE);

export function typescriptDescriptor(url: string): ProcessBundleDescriptor {
  return describeStage("stage", url, ([input]) => ({ out: input!.map(decode as never).map(parse as never) }), {
    coder: new BytesCoder() as never,
    sinkCoders: { out: ROWS },
  });
}

let pipeline: Uint8Array | undefined;

/** What Python makes of its stage, with a source in place of its impulse and a sink behind it. */
export function pythonDescriptor(url: string): ProcessBundleDescriptor {
  pipeline ??= execFileSync(resolve("build/python/bin/python"), [join(__dirname, "python_stage.py")]);
  const components = PipelineProto.fromBinary(pipeline).components!;
  const all = Object.entries(components.transforms);
  const impulse = all.find(([, { spec }]) => spec?.urn === "beam:transform:impulse:v1")![1];
  const steps = all.filter(([, { spec, subtransforms }]) => spec?.urn === PARDO && subtransforms.length === 0);
  const read = Object.values(impulse.outputs)[0]!;
  const consumed = new Set(steps.flatMap(([, { inputs }]) => Object.values(inputs)));
  const made = steps.flatMap(([, { outputs }]) => Object.values(outputs)).find((id) => !consumed.has(id))!;
  const coderOf = (id: string) => components.pcollections[id]!.coderId;
  const windowed = (id: string) =>
    Coder.create({ spec: { urn: "beam:coder:windowed_value:v1" }, componentCoderIds: [coderOf(id), "window"] });
  const port = (coderId: string) => RemoteGrpcPort.toBinary({ apiServiceDescriptor: { url }, coderId } as never);
  const end = (urn: string, payload: Uint8Array, ends: object) =>
    PTransform.create({ spec: { urn, payload }, ...ends });
  return {
    id: "stage",
    transforms: {
      ...Object.fromEntries(steps),
      source0: end("beam:runner:source:v1", port("in"), { uniqueName: "source0", outputs: { out: read } }),
      out: end("beam:runner:sink:v1", port("out"), { uniqueName: "out", inputs: { in: made } }),
    },
    pcollections: components.pcollections,
    windowingStrategies: components.windowingStrategies,
    environments: components.environments,
    coders: {
      ...components.coders,
      window: Coder.create({ spec: { urn: "beam:coder:global_window:v1" } }),
      in: windowed(read),
      out: windowed(made),
    },
  };
}

const PARDO = "beam:transform:pardo:v1";
