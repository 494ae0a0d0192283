/** A canary's command line is that of the pipeline, with places of its own. */

/** What a canary says itself. */
const ITS_OWN = new Set([
  "--pubsub_subscription",
  "--pubsub_topic",
  "--table",
  "--dead_letter_topic",
  "--job_name",
  "--job_folder",
]);
const SWITCHES = new Set(["--write_metadata", "--wait"]);
const LEAN: readonly (readonly [flag: string, value: string])[] = [
  ["--pubsub_read", "native"],
  ["--bigquery_write_method", "native"],
];

/** The arguments with the lean graph's methods, where no others are given. */
export function withMethods(args: readonly string[]): string[] {
  const isGiven = (flag: string) => args.some((one) => one === flag || one.startsWith(`${flag}=`));
  return [...args, ...LEAN.filter(([flag]) => !isGiven(flag)).flat()];
}

/** The arguments without those that a canary gives itself. */
export function withoutPlaces(args: readonly string[]): string[] {
  const left: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [flag, value] = args[at]!.split("=", 2) as [string, string?];
    if (SWITCHES.has(flag)) continue;
    if (!ITS_OWN.has(flag)) left.push(args[at]!);
    else if (value === undefined) at += 1;
  }
  return left;
}
