/** Limit A: the loop with nothing around it. Prints its microseconds of processor time for each of COUNT elements. */
import "../../../pipeline/sdk/node-compat";
import { dataOf } from "./messages";
import { FlatWriter } from "../../../pipeline/sdk/fast/flat-writer";
import { run } from "./loop";

const count = Number(process.argv[2]);
const data = dataOf(count);
const writer = new FlatWriter(0, 2 << 20);

function pass(): void {
  for (const message of data) run(message, writer, () => writer.finish() && writer.reset());
  writer.reset();
}

for (let warm = 0; warm < 3; warm++) pass();
const before = process.cpuUsage();
pass();
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / count));
