/**
 * `make drill-local`: the key of a running pipeline is taken away and given back, on stand-ins on this machine. Ends with 0 only where nothing
 * was lost or written twice, every consumer was refused, and every one works again.
 */
import { summaryAsText } from "../../deploy/drill/print";
import { ToolMissing } from "../../deploy/run";
import { MissingTool } from "../support/emulators/process";
import { DrillStopped, exercise, STAND_IN } from "./exercise";

const FOLDER = "build/drill";
/** make gives what is not said as empty. */
const sizeOf = (name: string, usual: number) => {
  const value = Number(process.env[name] || usual);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new DrillStopped(`${name}=${process.env[name]} is no number above 0`);
};

async function main(): Promise<number> {
  const print = (text: string) => void process.stdout.write(text);
  try {
    const sizes = { rate: sizeOf("RATE", 50), before: sizeOf("BEFORE", 200), after: sizeOf("AFTER", 300) };
    const summary = await exercise({ folder: FOLDER, print, ...sizes, invalid: 0.02 });
    print(`\n${summaryAsText(summary)}\n${FOLDER}/summary.json has the same\n`);
    return summary.passed ? 0 : 1;
  } catch (error) {
    const kinds = [MissingTool, ToolMissing, DrillStopped];
    if (!(error instanceof Error) || !kinds.some((kind) => error instanceof kind)) throw error;
    console.error(`\nthe drill stops, on ${STAND_IN}: ${error.message}`);
    return 1;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
