/** The command line as options of one runner. Settings that are unknown, contradictory, missing or not used are refused in one line. */
import { readCommandLine, showHelp } from "./options/command-line";
import { type DataflowOptions, dataflowOptions } from "./options/dataflow";
import { type DirectOptions, directOptions } from "./options/direct";
import { type PortableOptions, portableOptions } from "./options/portable";

export type { DataflowOptions, DirectOptions, PortableOptions };
export type Options = DirectOptions | DataflowOptions | PortableOptions;

/** Throws UsageError, or DeploymentError; answers undefined where only help was asked for, which is printed. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  if (argv.includes("--help")) {
    showHelp();
    return undefined;
  }
  const { runner, given } = readCommandLine(argv);
  switch (runner) {
    case "Direct":
      return directOptions(given);
    case "Dataflow":
      return dataflowOptions(given);
    case "Portable":
      return portableOptions(given);
  }
}
