import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { main } from "../../deploy/capacity";
import { ASSUMPTIONS, CapacityError, valuesOf } from "../../deploy/capacity/assumptions";
import { type Capacity, capacityOf, METHODS, type Question } from "../../deploy/capacity/model";
import { quotasOf } from "../../deploy/capacity/quotas";
import { bytesOf, inBytes, messageBytesOf, rateOf } from "../../deploy/capacity/units";

const VALUES = valuesOf([]);
const GIBIBYTE = 2 ** 30;
const ASKED: Question = { rate: GIBIBYTE, messageBytes: 433, region: "europe-west2", method: "native" };
const of = (question: Partial<Question> = {}, given: readonly string[] = []) =>
  capacityOf({ ...ASKED, ...question }, valuesOf(given));
const broken = ({ quotas }: Capacity) => quotas.filter(({ breaks }) => breaks).map(({ id }) => id);
const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value / expected - 1) < 1e-9, `${value}, not ${expected}`);

describe("the units of a capacity", () => {
  it("tell GiB from GB", () => {
    assert.equal(rateOf("1GiB"), 1_073_741_824);
    assert.equal(rateOf("1GB"), 1_000_000_000);
    assert.deepEqual(["1.5 MiB/s", "20 kB", "433", "7B"].map(bytesOf), [1_572_864, 20_000, 433, 7]);
    assert.ok(of({ rate: rateOf("1GiB") }).workers > of({ rate: rateOf("1GB") }).workers);
  });

  it("are refused where they are none", () => {
    for (const text of ["", "1Gib", "1gb", "-1GB", "1e9", "0", "GiB", "1 GB 2", "constructor"]) {
      assert.throws(() => rateOf(text), { code: "BAD_RATE" }, text);
    }
    assert.throws(() => messageBytesOf("11MB"), { code: "BAD_SIZE" });
    assert.equal(messageBytesOf("10MB"), 1e7);
  });

  it("are said in round decimal ones", () => {
    assert.deepEqual([433, 1000, 300e6, GIBIBYTE].map(inBytes), ["433 B", "1.00 kB", "300 MB", "1.07 GB"]);
  });
});

describe("a capacity", () => {
  it("is the formula of docs/capacity.md, by hand", () => {
    const { messagesPerSecond, cores, workersBy, workers, vcpus, costs, directProcesses } = of({ rate: 433e6 }, [
      "native_micros=200",
    ]);
    // A million messages a second at 200 µs are 200 processors; seven tenths of two vCPUs each.
    near(messagesPerSecond, 1e6);
    near(cores, 200);
    assert.deepEqual(workersBy, { measured: Math.ceil(200 / 0.7 / 2), published: Math.ceil(1e6 / 15_000) });
    assert.deepEqual([workers, vcpus], [143, 286]);
    assert.equal(directProcesses, Math.ceil(ASSUMPTIONS.direct_micros.value / 0.7));
    const cost = (what: RegExp) => costs.find((one) => what.test(one.what))!.perHour;
    near(cost(/vCPU/), 286 * 0.069);
    near(cost(/memory/), 143 * 8 * 0.003557);
    near(cost(/Pub\/Sub/), (2 * 433e6 * 3600 * 40) / 2 ** 40);
    near(cost(/BigQuery/), ((433e6 * 3600) / GIBIBYTE) * 0.025);
  });

  it("takes the larger of what we measured and of Google's own benchmark", () => {
    const cheap = of({ rate: 433e6 }, ["native_micros=1"]);
    assert.equal(cheap.workersBy.measured, 1);
    assert.equal(cheap.workers, cheap.workersBy.published);
    assert.equal(of({ messageBytes: 10_000, rate: 1.5e9 }, ["native_micros=1", "micros_per_kilobyte=0"]).workers, 100);
  });

  it("never falls where the rate goes up", () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 2e9 }), fc.integer({ min: 0, max: 2e9 }));
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 1, max: 1e7 }),
        fc.constantFrom(...METHODS),
        (pair, messageBytes, method) => {
          const [rate, more] = pair;
          const [less, greater] = [rate, rate + more].map((one) => of({ rate: one, messageBytes, method }));
          assert.ok(greater!.workers >= less!.workers && greater!.perHour >= less!.perHour);
          assert.ok(greater!.directProcesses >= less!.directProcesses);
          for (const [i, { needs }] of less!.quotas.entries()) assert.ok(greater!.quotas[i]!.needs >= needs);
          assert.deepEqual(
            broken(less!).filter((id) => !broken(greater!).includes(id)),
            [],
          );
        },
      ),
    );
  });

  it("never falls where the same bytes come in smaller messages", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(sizes, fc.constantFrom(...METHODS), ([messageBytes, times], method) => {
        const smaller = of({ messageBytes: Math.max(1, Math.floor(messageBytes / times)), method });
        assert.ok(smaller.workers >= of({ messageBytes, method }).workers);
      }),
    );
  });

  it("goes up with what a message costs, and down with faster vCPUs", () => {
    const workers = (...given: string[]) => of({}, ["native_micros=200", ...given]).workers;
    assert.ok(workers("native_micros=400") > workers());
    assert.ok(workers("harness_micros=50") > workers());
    assert.ok(workers("vcpu_speed=2") < workers());
    assert.ok(workers("utilisation=0.9") < workers());
    near(of({}, ["price_factor=2"]).perHour, 2 * of().perHour);
  });
});

describe("the quotas of a capacity", () => {
  it("are named where they break, and by how much", () => {
    const capacity = of();
    assert.deepEqual(broken(capacity), ["PUBSUB_PUBLISH", "PUBSUB_PULL", "BIGQUERY_STORAGE_WRITE"]);
    near(capacity.quotas.find(({ id }) => id === "BIGQUERY_STORAGE_WRITE")!.times!, GIBIBYTE / 300e6);
  });

  it("are those of the region and of the way in which rows are written", () => {
    assert.deepEqual(broken(of({ region: "europe-west1" })), ["BIGQUERY_STORAGE_WRITE"]);
    assert.deepEqual(broken(of({ region: "europe-west9", rate: 201e6 })), ["PUBSUB_PUBLISH", "PUBSUB_PULL"]);
    assert.deepEqual(broken(of({ region: "europe-west1", method: "streaming_inserts" })), [
      "BIGQUERY_STREAMING_INSERTS",
    ]);
    assert.deepEqual(broken(of({ rate: 300e6 })), []);
    assert.deepEqual(broken(of({ rate: 300e6 + 1 })), ["BIGQUERY_STORAGE_WRITE"]);
    assert.ok(broken(of({ messageBytes: 20 })).includes("DATAFLOW_WORKERS"));
    for (const region of ["eu", "EUROPE-WEST2", "", "europe-west2-b"]) {
      assert.throws(() => quotasOf(region), { code: "BAD_REGION" }, region);
    }
  });

  it("do not hold where none is known", () => {
    const { limit, times, breaks } = of().quotas.find(({ id }) => id === "COMPUTE_VCPUS")!;
    assert.deepEqual({ limit, times, breaks }, { limit: undefined, times: undefined, breaks: false });
  });

  it("say what a use of the key for each message would be", () => {
    const { quota, perHour } = of().keyForEachMessage;
    assert.ok(quota.breaks && quota.times! > 2000);
    near(perHour, ((GIBIBYTE / 433) * 3600 * 0.03) / 10_000);
  });
});

describe("the assumptions of a capacity", () => {
  it("each say what they are and where they are from", () => {
    for (const [name, { unit, what, source, kind, value }] of Object.entries(ASSUMPTIONS)) {
      assert.ok(what.length > 10 && source.length > 5 && Number.isFinite(value), name);
      assert.match(kind, /^(measured|published|assumed)$/);
      assert.match(unit, /^(µs|USD|GB|B\/s|\/s|)$/);
    }
  });

  it("are refused where they are none", () => {
    const bad = [
      "nothing=1",
      "native_micros",
      "native_micros=",
      "native_micros=0",
      "native_micros=-1",
      "toString=1",
      "utilisation=1.1",
    ];
    for (const one of bad) {
      const isSaid = (error: Error) => error instanceof CapacityError && error.code === "BAD_ASSUMPTION";
      assert.throws(() => valuesOf([one]), isSaid, one);
    }
    assert.equal(valuesOf(["harness_micros=0"]).harness_micros, 0);
    assert.equal(VALUES.native_micros, ASSUMPTIONS.native_micros.value);
  });
});

/** What a command line prints, and its exit code. */
async function said(...argv: string[]) {
  let [printed, complained] = ["", ""];
  const code = await main(["capacity", ...argv], {
    env: {},
    run: () => assert.fail("a capacity asks nobody"),
    print: (text) => (printed += text),
    complain: (text) => (complained += text),
  });
  return { code, printed, complained };
}

describe("make capacity", () => {
  it("prints workers, broken quotas and price, and ends with 1 where a quota breaks", async () => {
    const { code, printed } = await said("--rate", "1GiB");
    assert.equal(code, 1);
    assert.match(printed, /BROKEN: PUBSUB_PUBLISH 1\.3 times, .*BIGQUERY_STORAGE_WRITE 3\.6 times/);
    assert.match(printed, /USD a month/);
    assert.match(printed, /nothing of this was run on Dataflow/);
    assert.doesNotMatch(printed, /NaN|undefined|Infinity/);
  });

  it("ends with 0 where every default quota holds, and says which assumptions are not ours", async () => {
    const { code, printed } = await said("--rate", "1MB", "--assume", "utilisation=0.5");
    assert.equal(code, 0);
    assert.match(printed, /by other assumptions than ours: utilisation=0\.5/);
  });

  it("says the same as JSON, with each assumption and its source", async () => {
    const { code, printed } = await said("--json", "--message-bytes", "1000", "--assume", "native_micros=100");
    const { workers, quotas, assumptions } = JSON.parse(printed);
    assert.equal(code, 1);
    assert.equal(workers, of({ messageBytes: 1000 }, ["native_micros=100"]).workers);
    assert.equal(quotas.length, 6);
    assert.equal(assumptions.native_micros.value, 100);
    assert.match(assumptions.vcpu_hour.source, /pricing/);
  });

  it("refuses what it does not understand in one line", async () => {
    const bad = [
      ["--rate", "fast"],
      ["--region", "eu"],
      ["--method", "load"],
      ["--message-bytes", "0"],
      ["--assume", "x=1"],
      ["--rates", "1"],
    ];
    for (const argv of bad) {
      const { code, printed, complained } = await said(...argv);
      assert.deepEqual([code, printed, complained.split("\n").length], [2, "", 2], argv.join(" "));
    }
  });
});

/** The sizes of messages, at a gibibyte a second. */
function sizes(): string {
  const rows = [433, 1000, 10_000, 100_000].map((messageBytes) => {
    const { messagesPerSecond, workersBy, perHour, directProcesses } = of({ messageBytes });
    const slow = of({ messageBytes, method: "streaming_inserts" });
    const whole = [
      messageBytes,
      messagesPerSecond,
      workersBy.measured,
      workersBy.published,
      slow.workers,
      directProcesses,
      perHour,
    ];
    return `| ${whole.map((value) => Math.round(value).toLocaleString("en")).join(" | ")} |`;
  });
  return [
    "| bytes a message | messages a second | workers of 2 vCPUs, `native`: measured | by Google's benchmark: counts where larger | workers, `streaming_inserts` | DirectRunner processes instead | USD an hour, `native` |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function assumptions(): string {
  const rows = Object.entries(ASSUMPTIONS).map(
    ([name, { value, unit, what, kind, source }]) =>
      `| \`${name}\` | ${value} ${unit} | ${what} | ${kind} | ${source} |`,
  );
  return ["| name | value | what | how we know | source |", "| --- | --- | --- | --- | --- |", ...rows, ""].join("\n");
}

function quotas(): string {
  const rows = Object.values(quotasOf("europe-west2")).map(
    (quota: { id: string; what: string; unit: string; limit?: number; source: string }) => {
      const { id, what, unit, limit, source } = quota;
      const amount =
        limit === undefined
          ? "your own"
          : unit === "B/s"
            ? `${inBytes(limit)}/s`
            : `${limit.toLocaleString("en")}${unit}`;
      return `| ${id} | ${what} | ${amount} | ${source} |`;
    },
  );
  return ["| id | what | default in europe-west2 | source |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

describe("docs/capacity.md", () => {
  it("has the program's own tables (UPDATE=1 writes it)", () => {
    const path = "docs/capacity.md";
    const document = readFileSync(path, "utf8");
    const updated = document
      .replace(/(?<=<!-- sizes -->\n)[\s\S]*(?=<!-- \/sizes -->)/, () => sizes())
      .replace(/(?<=<!-- quotas -->\n)[\s\S]*(?=<!-- \/quotas -->)/, () => quotas())
      .replace(/(?<=<!-- assumptions -->\n)[\s\S]*(?=<!-- \/assumptions -->)/, () => assumptions());
    assert.match(document, /<!-- sizes -->[\s\S]*<!-- quotas -->[\s\S]*<!-- assumptions -->/);
    if (process.env.UPDATE) writeFileSync(path, updated);
    else assert.equal(document, updated);
  });
});
