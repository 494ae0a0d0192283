/** A command line of gcloud or bq, as arguments: no shell reads it. */

export interface Command {
  readonly tool: "gcloud" | "bq";
  readonly args: readonly string[];
  /** Files that it reads, by their path: written before it runs. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Where commands find the files that are written for them. */
export const FILES = "build/deploy";

/** `gcloud WORDS… --flag=value…`; a flag that is undefined is left out, true stands alone. */
export function gcloud(words: string, flags: Flags, ...names: readonly string[]): Command {
  return { tool: "gcloud", args: [...words.split(" "), ...names, ...flagged(flags)] };
}

/** bq takes what concerns every command before the command's own name. */
export function bq(common: Flags, word: string, flags: Flags, ...names: readonly string[]): Command {
  return { tool: "bq", args: [...flagged(common), word, ...flagged(flags), ...names] };
}

type Flags = Readonly<Record<string, string | true | undefined>>;

function flagged(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return value === true ? [`--${name}`] : [`--${name}=${value}`];
  });
}

/** As a line to paste into a POSIX shell. */
export function shown({ tool, args }: Command): string {
  return [tool, ...args].map(quoted).join(" ");
}

const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
