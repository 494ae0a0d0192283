/** What the command lines of torture have in common. */

/** Throws where it is no whole number of at least `least`. */
export function whole(name: string, otherwise: number, least: number): number {
  const given = process.env[name] || String(otherwise);
  if (/^\d{1,9}$/.test(given) && Number(given) >= least) return Number(given);
  throw new Error(`${name}=${given}: give a whole number of at least ${least}`);
}

export type Say = (line: string) => void;

export const sayer =
  (name: string): Say =>
  (line) =>
    void process.stderr.write(`${name}: ${line}\n`);

/** A process' whole life, where `file` is what was started. It ends with what `main` answers, or with 2 where that cannot be run. */
export function runIfMain(file: NodeModule, say: Say, main: () => Promise<number>): void {
  if (require.main !== file) return;
  // What still runs ends with us, however many there are.
  process.setMaxListeners(0);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  main().then(
    (code) => process.exit(code),
    (error: Error) => {
      say(error.message);
      process.exit(2);
    },
  );
}
