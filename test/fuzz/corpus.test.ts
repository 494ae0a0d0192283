/** Every input that a search kept, and every one that once was a finding: quickly, and again on each change. */
import type { FuzzTarget } from "./target";
import { readCorpus } from "./corpus";
import { TARGETS } from "./targets";
import { isFirstNode } from "../support/first-node";
import { orSkip } from "../support/skip";

describe("hostile input that was met before", () => {
  if (!isFirstNode) return;
  for (const [name, make] of Object.entries(TARGETS)) {
    it(`does to ${name} only what it may`, async function () {
      const target: FuzzTarget = orSkip(this, make);
      const inputs = readCorpus(name);
      if (inputs.length === 0) throw new Error(`test/fuzz/corpus has nothing for ${name}`);
      for (const [at, input] of inputs.entries()) {
        try {
          await target.run(input);
        } catch (error) {
          throw new Error(`line ${at + 1} of test/fuzz/corpus/${name}.jsonl`, { cause: error });
        }
      }
    });
  }
});
