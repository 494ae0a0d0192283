#!/usr/bin/env -S npx ts-node
/** The capacity of a rate: a command line. Exit codes: 0 every default quota holds, 1 one is broken, 2 a command line that cannot be run. */
import { CapacityError, valuesOf } from "./capacity/assumptions";
import { capacityOf, METHODS, methodOf } from "./capacity/model";
import { capacityAsJson, capacityAsText } from "./capacity/print";
import { messageBytesOf, rateOf } from "./capacity/units";
import { commandLine, type Given, runIfMain, text, UsageError, type World, yesNo } from "./command-line";

async function capacityCommand(given: Given, { print }: World): Promise<number> {
  const values = usable(() => valuesOf((given.assume ?? []) as string[]));
  const capacity = usable(() =>
    capacityOf(
      {
        rate: rateOf(String(given.rate)),
        messageBytes: messageBytesOf(String(given["message-bytes"])),
        region: String(given.region),
        method: methodOf(String(given.method)),
      },
      values,
    ),
  );
  print(given.json === true ? capacityAsJson(capacity, values) : capacityAsText(capacity, values));
  return capacity.quotas.some(({ breaks }) => breaks) ? 1 : 0;
}

/** What was given and cannot be meant is a command line that cannot be run. */
function usable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CapacityError) throw new UsageError(error.message);
    throw error;
  }
}

export const main = commandLine(
  "deploy/capacity.ts",
  [
    {
      words: "capacity",
      describe: "workers, quotas and price of a rate; asks nobody",
      options: (argv) =>
        argv
          .option("rate", { ...text("bytes of messages a second at the peak: 1GiB, 200MB"), default: "1GiB" })
          .option("message-bytes", { ...text("bytes of a message"), default: "433" })
          .option("region", { ...text("where all of it is"), default: "europe-west2" })
          .option("method", { ...text(`how rows are written: ${METHODS.join(", ")}`), default: "native" })
          .option("assume", { array: true, string: true, describe: "NAME=value in place of an assumption" })
          .option("json", yesNo("as JSON, with every assumption")),
      run: capacityCommand,
    },
  ],
  [],
);

runIfMain(module, main);
