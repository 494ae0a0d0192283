/** Runs the inputs of a file again: `npx ts-node test/fuzz/again.ts TARGET FILE`. */
import { readFileSync } from "node:fs";
import { inputOfLine } from "./corpus";
import { TARGETS } from "./targets";

async function main(name: string, file: string): Promise<void> {
  const target = TARGETS[name]!();
  for (const line of readFileSync(file, "utf8").split("\n").slice(0, -1)) {
    const input = inputOfLine(line);
    console.log(`${input.length} bytes: ${JSON.stringify(input.toString())}`);
    console.log(await target.run(input));
  }
}

void main(process.argv[2]!, process.argv[3]!);
