/** A cloud of a deployment's keys, as far as the off switch asks: what is taken is refused at once. */
import type { KeyAsked } from "../../../deploy/deployment/from-settings";
import { keysOf } from "../../../deploy/observe/audit/keys";
import type { Command } from "../../../deploy/resources/command";
import { shown } from "../../../deploy/resources/command";
import type { Answer, Run } from "../../../deploy/run";
import { setupFor } from "../setups";

const SETUP = setupFor();
export const KEY = SETUP.dataKey.key;
const said = (answer: unknown): Answer => ({ code: 0, stdout: JSON.stringify(answer), stderr: "" });
export const failure = (stderr: string): Answer => ({ code: 1, stdout: "", stderr });

type Job = { id: string; name: string; location: string; currentState: string };

export class ModelledKey {
  /** Of the data's key. */
  readonly versions: Map<string, string>;
  private readonly all: ReadonlyMap<KeyAsked, Map<string, string>>;
  readonly jobs: Job[] = [];
  /** Messages that wait, as gcloud prints them. */
  waiting: object[] = [];
  /** What changed something, in order. */
  readonly changes: string[] = [];
  /** Asked before anything else. */
  before: (words: string, command: Command) => Answer | undefined = () => undefined;
  /** Milliseconds; waiting is all that takes time. */
  time = Date.parse("2026-01-01T00:00:00Z");

  constructor(private readonly setup = SETUP) {
    const first = () =>
      new Map([
        ["1", "ENABLED"],
        ["2", "ENABLED"],
        ["3", "DISABLED"],
      ]);
    this.all = new Map(keysOf(setup).map((key) => [key, first()]));
    this.versions = this.versionsOf(setup.dataKey.name);
  }

  versionsOf(name: string): Map<string, string> {
    return [...this.all].find(([key]) => key.name === name)![1];
  }

  private isUsable(name: string): boolean {
    return [...this.versionsOf(name).values()].includes("ENABLED");
  }

  /** The key that a command names. */
  private keyOf({ args }: Command): KeyAsked {
    const isNamed = ({ key, ring, location }: KeyAsked) =>
      [`--key=${key}`, `--keyring=${ring}`, `--location=${location}`].every((flag) => args.includes(flag));
    return [...this.all.keys()].find(isNamed)!;
  }

  readonly run: Run = async (command) => {
    const words = shown(command);
    const instead = this.before(words, command);
    if (instead !== undefined) return instead;
    return this.change(words, command) ?? this.use(words) ?? this.look(words, command) ?? said([]);
  };

  private change(words: string, command: Command): Answer | undefined {
    const [, verb] = /kms keys versions (disable|enable) /.exec(words) ?? [];
    if (verb === undefined && !/dataflow (?:jobs drain|snapshots create)/.test(words)) return undefined;
    this.changes.push(words);
    if (verb !== undefined) {
      this.versionsOf(this.keyOf(command).name).set(command.args[4]!, `${verb.toUpperCase()}D`);
      return said({});
    }
    if (/snapshots create/.test(words)) return said({ id: "snapshot-1" });
    for (const job of this.jobs) job.currentState = "JOB_STATE_DRAINING";
    return said({});
  }

  private use(words: string): Answer | undefined {
    if (!/topics publish|subscriptions pull|^bq .*query/.test(words)) return undefined;
    if (!this.isUsable(this.setup.dataKey.name))
      return failure("FAILED_PRECONDITION: cryptoKeyVersions/2 is not enabled, current state is: DISABLED.");
    return said(/subscriptions pull/.test(words) ? this.waiting : []);
  }

  private look(words: string, command: Command): Answer | undefined {
    if (/projects describe/.test(words)) return said({ projectNumber: this.setup.projectNumber });
    if (/config get-value/.test(words)) return { code: 0, stdout: "operator@example.com\n", stderr: "" };
    if (/settings describe/.test(words)) return said({});
    if (/versions list/.test(words)) {
      const { name } = this.keyOf(command);
      return said([...this.versionsOf(name)].map(([n, state]) => ({ name: `${name}/cryptoKeyVersions/${n}`, state })));
    }
    if (/get-iam-policy/.test(words)) return said({ bindings: [] });
    if (/dataflow jobs list/.test(words))
      return said(this.jobs.filter(({ currentState }) => currentState === "JOB_STATE_RUNNING"));
    if (/dataflow snapshots describe/.test(words)) return said({ state: "READY" });
    if (!/dataflow jobs describe/.test(words)) return undefined;
    const job = this.jobs.find(({ id }) => words.includes(id))!;
    const state = job.currentState;
    if (state === "JOB_STATE_DRAINING") job.currentState = "JOB_STATE_DRAINED";
    const isLost = state === "JOB_STATE_RUNNING" && !this.isUsable(this.setup.dataflowKey.name);
    return said({ ...job, currentState: isLost ? "JOB_STATE_FAILED" : state, environment: {} });
  }
}
