/**
 * `make demo-cloud`: a deployment's whole life by the real gcloud and bq, in a fake cloud on this machine. Ends with 0 only where each step
 * ended as it must.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../deploy/main";
import { gcloud, shown } from "../../deploy/resources/command";
import { type Run, runner, ToolMissing } from "../../deploy/run";
import { MissingTool } from "./emulators/process";
import { type FakeCloud, startFakeCloud } from "./fake-cloud/cloud";

interface Step {
  readonly what: string;
  /** What is run: arguments of deploy/main.ts, or one command of gcloud. */
  readonly argv: readonly string[] | ReturnType<typeof gcloud>;
  readonly code: number;
  /** What it has to say. */
  readonly says?: RegExp;
}

const KEY = "str-pl-london-key01";
const TOPIC = "str-pl-pubsub-topic";

const stepsIn = (project: string): readonly Step[] => [
  { what: "plan: everything is missing", argv: ["plan"], code: 2 },
  { what: "apply", argv: ["apply", "--yes"], code: 0, says: /everything is as declared/ },
  { what: "plan again: there is nothing to do", argv: ["plan"], code: 0, says: /There is nothing to do/ },
  { what: "verify: everything holds", argv: ["verify"], code: 0, says: /all \d+ hold/ },
  {
    what: "somebody lets another region store messages, by hand",
    argv: gcloud("pubsub topics update", { project, "message-storage-policy-allowed-regions": "europe-west1" }, TOPIC),
    code: 0,
  },
  { what: "verify: it is found", argv: ["verify"], code: 1, says: /^broken +LOC-3 /m },
  { what: "plan: it can be mended", argv: ["plan"], code: 2, says: /^differs +topic str-pl-pubsub-topic: storage/m },
  {
    what: "teardown, with its data, and the key's versions scheduled for destruction",
    argv: ["teardown", "--yes", "--delete-data", `--destroy-keys=${KEY}`],
    code: 0,
    says: new RegExp(`^gcloud kms keys versions destroy 1 --key=${KEY} `, "m"),
  },
  {
    what: "teardown again: keys stay",
    argv: ["teardown", "--yes", "--delete-data"],
    code: 0,
    says: /There is nothing to take away/,
  },
];

/** Undefined where the step ended as it must; else how it did not. */
async function take({ argv, code, says }: Step, run: Run, folder: string): Promise<string | undefined> {
  let out = "";
  const say = (text: string) => {
    out += text;
    process.stdout.write(text);
  };
  let ended: number;
  if ("tool" in argv) {
    say(`$ ${shown(argv)}\n`);
    const answer = await run(argv);
    say(answer.stdout + answer.stderr);
    ended = answer.code;
  } else {
    say(`$ deploy/main.ts ${argv.join(" ")}\n`);
    // Neither the caller's settings nor their .env belong in a fake.
    const world = { env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl") };
    ended = await main(argv, { ...world, run, print: say, complain: say });
  }
  if (ended !== code) return `it ended with ${ended}, not ${code}`;
  return says === undefined || says.test(out) ? undefined : `it did not say ${says}`;
}

async function demo(cloud: FakeCloud): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "demo-cloud-"));
  const run = runner({ ...process.env, ...cloud.env });
  const steps = stepsIn(cloud.project);
  const before = cloud.names();
  try {
    for (const [at, step] of steps.entries()) {
      console.log(`\n===== ${at + 1} of ${steps.length}, in a FAKE CLOUD at ${cloud.url}: ${step.what} =====\n`);
      const argv = "tool" in step.argv ? step.argv : [...step.argv, `PROJECT_ID=${cloud.project}`];
      const wrong = await take({ ...step, argv }, run, folder);
      if (wrong !== undefined) {
        console.error(`\nthe demonstration stops in the FAKE CLOUD at "${step.what}": ${wrong}`);
        return 1;
      }
    }
    const left = cloud.names().filter((name) => !before.includes(name) && !isOfKeys(name));
    for (const name of left) console.error(`still there after the teardown, in the FAKE CLOUD: ${name}`);
    return held(cloud) && left.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isOfKeys = (name: string) => /^(keyRings|cryptoKeys|keyVersions) /.test(name);

/** What Google's discovery documents say of all that was asked. */
function held(cloud: FakeCloud): boolean {
  const violations = cloud.violations();
  for (const violation of violations) console.error(JSON.stringify(violation));
  console.log(
    `\n===== the end, in a FAKE CLOUD: ${cloud.requests.length} requests, ${violations.length} that Google's discovery documents do not know =====`,
  );
  return violations.length === 0;
}

async function start(): Promise<number> {
  try {
    const cloud = await startFakeCloud();
    try {
      return await demo(cloud);
    } finally {
      await cloud.stop();
    }
  } catch (error) {
    if (!(error instanceof MissingTool || error instanceof ToolMissing)) throw error;
    console.error(`the demonstration in a FAKE CLOUD cannot start: ${error.message}`);
    return 1;
  }
}

void start().then((code) => {
  process.exitCode = code;
});
