/** Plain lines on standard error: what an operator must know, never a value of a message. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];
export type Log = Record<Level, (text: string) => void>;

/** `write` takes whole lines. */
export function createLog(least: Level, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const at = (level: Level) => (text: string) => {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(least))
      write(`${new Date().toISOString()} ${level.toUpperCase()} ${text}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
