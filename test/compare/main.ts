/**
 * `make compare-keys-local`: the comparison of keys on stand-ins on this machine, which encrypt nothing: a test of the program. Ends with 0 where
 * all rounds were measured, whatever they say.
 */
import { UsageError } from "../../deploy/command-line";
import { CompareError } from "../../deploy/compare/safety";
import { lines } from "../../deploy/compare/said";
import { type Variant, VARIANTS } from "../../deploy/compare/variants";
import { ToolMissing } from "../../deploy/run";
import { MissingTool } from "../support/emulators/process";
import { STAND_IN } from "./bench";
import { compareLocally } from "./compare";

const FOLDER = "build/compare-local";

/** make gives what is not said as empty. */
const sizeOf = (name: string, usual: number) => {
  const value = Number(process.env[name] || usual);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`${name}=${process.env[name]} is no number above 0`);
};

/** SLOW=hsm:150 */
function slow(): Partial<Record<Variant, number>> {
  const given = process.env.SLOW;
  if (!given) return {};
  const [, variant, ms] = /^(\w+):(\d+)$/.exec(given) ?? [];
  const known = VARIANTS.find((one) => one === variant);
  if (known !== undefined) return { [known]: Number(ms) };
  throw new UsageError(`SLOW=${given} is not of the form VARIANT:MILLISECONDS, as hsm:150; ${VARIANTS.join(", ")}`);
}

async function main(): Promise<number> {
  try {
    await compareLocally({
      ...{ folder: FOLDER, holdMs: slow(), resume: Boolean(process.env.RESUME) },
      ...{ rounds: sizeOf("ROUNDS", 2), backlog: sizeOf("BACKLOG", 3000), rate: sizeOf("RATE", 100) },
      ...{ steady: sizeOf("STEADY", 2), seed: sizeOf("SEED", 1), detect: sizeOf("DETECT", 5) },
      print: (text) => void process.stdout.write(text),
    });
    return 0;
  } catch (error) {
    const kinds = [MissingTool, ToolMissing, CompareError, UsageError];
    if (!(error instanceof Error) || !kinds.some((kind) => error instanceof kind)) throw error;
    lines((text) => void process.stderr.write(text), STAND_IN)(`the comparison stops: ${error.message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
