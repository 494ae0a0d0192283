/**
 * `make drill-local`: the key of a running pipeline is taken away and given back, on stand-ins on this machine. Ends with 0 only where nothing
 * was lost or written twice, every consumer was refused, and every one works again.
 */
import { summaryAsText } from "../../deploy/drill/print";
import { ToolMissing } from "../../deploy/run";
import { MissingTool } from "../support/emulators/process";
import { DrillStopped, exercise, STAND_IN } from "./exercise";

const FOLDER = "build/drill";
const { RATE = "50", BEFORE = "200", AFTER = "300" } = process.env;

async function main(): Promise<number> {
  const print = (text: string) => void process.stdout.write(text);
  try {
    const sizes = { rate: Number(RATE), before: Number(BEFORE), after: Number(AFTER), invalid: 0.02 };
    const summary = await exercise({ folder: FOLDER, print, ...sizes });
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
