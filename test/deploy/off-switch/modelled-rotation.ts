/** A cloud in which tables and files lie under the version that was the primary one when they were written. */
import { type Command, shown } from "../../../deploy/resources/command";
import type { Answer, Run } from "../../../deploy/run";
import { setupFor } from "../setups";
import { ModelledKey } from "./modelled-key";

const SETUP = setupFor();
const said = (answer: unknown): Answer => ({ code: 0, stdout: JSON.stringify(answer), stderr: "" });

/** Version 1 holds the table and the file, 2 is the primary one, 3 was disabled by somebody. */
export class ModelledRotation {
  readonly key = new ModelledKey(SETUP);
  primary = "2";
  private since = this.key.time;
  readonly tables = new Map([["cc_account_info", "1"]]);
  readonly files = new Map([["stage/pipeline.pb", "1"]]);
  /** When each file of an image was pushed. */
  pushed: string[] = [];
  /** What changed something, in order. */
  readonly changes: string[] = [];
  /** Asked before anything else. */
  before: (words: string) => Answer | undefined = () => undefined;
  /** Called between making a version and making it the primary one, which gcloud does one after the other. */
  between: () => void = () => undefined;

  readonly run: Run = async (command) => {
    const words = shown(command);
    const instead = this.before(words);
    if (instead !== undefined) return instead;
    return this.change(words, command) ?? this.look(words) ?? (await this.key.run(command));
  };

  private change(words: string, { args }: Command): Answer | undefined {
    if (!/ (?:versions (?:create|disable)|keys update|update|objects update) /.test(words)) return undefined;
    this.changes.push(words);
    if (/versions disable/.test(words)) return undefined;
    if (/versions create/.test(words)) {
      const made = String(this.key.versions.size + 1);
      this.key.versions.set(made, "ENABLED");
      this.between();
      return this.promote(made);
    }
    const wanted = /--primary-version=(\d+)/.exec(words)?.[1];
    if (wanted !== undefined) return this.promote(wanted);
    for (const all of [this.tables, this.files]) {
      for (const name of all.keys())
        if (args.at(-1)!.endsWith(name) || args.some((arg) => arg.endsWith(`/${name}`))) all.set(name, this.primary);
    }
    return said({});
  }

  private promote(version: string): Answer {
    this.primary = version;
    this.since = this.key.time;
    return said({});
  }

  private look(words: string): Answer | undefined {
    const { name } = SETUP.dataKey;
    const under = (version: string) => `${name}/cryptoKeyVersions/${version}`;
    const createTime = new Date(this.since).toISOString();
    if (/kms keys list/.test(words)) return said([{ name, primary: { name: under(this.primary), createTime } }]);
    if (/^bq .* ls /.test(words))
      return said([...this.tables.keys()].map((tableId) => ({ tableReference: { tableId } })));
    const table = /^bq .* show .*\.(\w+)$/.exec(words)?.[1];
    if (table !== undefined) return said({ encryptionConfiguration: { kmsKeyName: under(this.tables.get(table)!) } });
    if (/storage objects list/.test(words))
      return said([...this.files].map(([file, version]) => ({ name: file, kms_key: under(version) })));
    if (/artifacts files list/.test(words)) return said(this.pushed.map((createTime) => ({ createTime })));
    return undefined;
  }
}
