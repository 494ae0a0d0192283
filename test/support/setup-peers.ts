/** `make bench-peers`: installs the programs that `make bench` measures beside ours, into build/. Quick the second time. */
import { preparePython } from "../bench/peers/python";
import { prepareJava } from "../bench/peers/java";

for (const [what, prepare] of [
  ["Python Beam and Python Faker", preparePython],
  ["Java Beam", prepareJava],
] as const) {
  process.stdout.write(`${what}: ${prepare()}\n`);
}
