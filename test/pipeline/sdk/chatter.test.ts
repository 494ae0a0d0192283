import assert from "node:assert/strict";
import { directRunner, impulse, requireForSerialization, type Root } from "../../../pipeline/sdk/beam";
import { outputOf } from "../../support/output";
import { SubprocessService } from "apache-beam/utils/service";

function* says(element: unknown) {
  for (const method of ["log", "info", "debug"] as const) console[method](`user's ${method}`);
  yield element;
}
requireForSerialization("test/pipeline/sdk/chatter", { says });

const LINES = "user's log\nuser's info\nuser's debug\n";

describe("standard output", () => {
  it("has what the user's functions say, and nothing of the DirectRunner", async () => {
    const said = await outputOf(async () => {
      await directRunner().run((root: Root) => void root.apply(impulse()).flatMap(says));
    });
    assert.equal(said, LINES);
  });

  it("has nothing of a service that the SDK starts and ends, and what others say meanwhile", async () => {
    const listen = "require('node:net').createServer().listen(Number(process.argv[1]), 'localhost')";
    const service = new SubprocessService(process.execPath, ["-e", listen, "{{PORT}}"]);
    const said = await outputOf(async () => {
      const started = service.start();
      for (const _ of says(undefined));
      await started;
      await service.stop();
    });
    assert.equal(said, LINES);
  });
});
