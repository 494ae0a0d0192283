/** A command line of the pipeline: one argument a line. */
import { DeploymentError } from "../../../deploy/deployment";
import { type Options, parseOptions } from "../../../pipeline/options";
import { FLAGS } from "../../../pipeline/dataflow/flags";
import { UsageError } from "../../../pipeline/usage-error";
import { type FuzzTarget, mustHold, refusedOr } from "../target";

const FLAG_NAMES = Object.keys(FLAGS).map((name) => `--${name}=`);

export const options: FuzzTarget = {
  name: "options",
  sources: /\/pipeline\/(?:options|dataflow)|\/deploy\/(?:deployment|rules)/,
  words: [
    ...[
      "--runner=Direct",
      "--runner=Dataflow",
      "--runner=Portable",
      "\n",
      "--input=a",
      "--duckdb=b",
      "--dead_letters=c",
    ],
    ...["--pubsub_subscription=projects/p/subscriptions/sub", "--pubsub_topic=projects/p/topics/top", "--table=p:d.t"],
    ...[
      "--dead_letter_topic=projects/p/topics/dead",
      "--project=my-project",
      "--region=europe-west2",
      "--accept=LOC-1",
    ],
    ...[
      "--job_endpoint=h:1",
      "--environment_type=PROCESS",
      "--environment_config=c",
      "--write_metadata",
      "--profile=article",
    ],
    ...[
      "--labels=a=b",
      "--experiments=x",
      "--idle_timeout=1",
      "--max_messages=1",
      "--unknown_columns=drop",
      "--dry_run",
    ],
    ...["--bigquery_write_method=native", "--pubsub_read=native", ".", "--no-", "--", "__proto__", ...FLAG_NAMES],
  ],
  most: 2048,
  run(input) {
    // A NUL cannot stand in an argument; --help prints what there is.
    const argv = Buffer.from(input).toString().replaceAll("\0", "").split("\n");
    if (argv.includes("--help")) return "help";
    const parsed = refusedOr([UsageError, DeploymentError], () => parseOptions(argv));
    if (parsed instanceof Error) return parsed instanceof DeploymentError ? parsed.code : said(parsed.message);
    holdOptions(parsed as Options, argv.join("\n"));
    return `${(parsed as Options).runner} options`;
  },
};

/** What a message says of no matter which flag. */
const said = (message: string) => message.replaceAll(/\S*[^a-z ]\S*/g, "…").slice(0, 60);

const FREE = new Set(["runner", "kind", "format", "method", "type", "unknownColumns", "logLevel", "read", "write"]);

/** Text that an option is, somebody gave: no object became a text on its way. */
function holdOptions(parsed: Options, given: string): void {
  mustHold(["Direct", "Dataflow", "Portable"].includes(parsed.runner), "a runner that is none");
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string")
      mustHold(!/\[object |^undefined$|^NaN$/.test(value) || given.includes(value), `${name} is no text`);
    else if (typeof value === "number") mustHold(value > 0 || name.startsWith("min"), `${name} is no number above 0`);
    else if (typeof value === "object" && value !== null) {
      for (const [inner, one] of Object.entries(value)) if (!FREE.has(inner)) visit(one, inner);
    }
  };
  visit(parsed, "options");
}
