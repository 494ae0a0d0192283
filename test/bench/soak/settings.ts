/** Settings of a bench by the environment; make gives what is not said as empty. */

/** A setting that cannot be used: which, and what it may be. */
export class SettingError extends Error {}

export function numberOf(
  name: string,
  usual: number,
  { from = Number.MIN_VALUE, to = Number.MAX_VALUE } = {},
  env: NodeJS.ProcessEnv = process.env,
): number {
  const text = env[name] || String(usual);
  const value = Number(text);
  if (value >= from && value <= to) return value;
  throw new SettingError(`${name}=${text} is no number ${to < Number.MAX_VALUE ? `from ${from} to ${to}` : "above 0"}`);
}

/** The first word is the usual one. */
export function wordOf<T extends string>(name: string, words: readonly T[], env: NodeJS.ProcessEnv = process.env): T {
  const text = env[name] || words[0]!;
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new SettingError(`${name}=${text} is none of ${words.join(", ")}`);
}
