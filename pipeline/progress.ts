import type { Ledger } from "./ledger";
import type { Log } from "./log";

const ON_A_TERMINAL_MS = 250;
const PLAIN_MS = 10_000;

/** Shows the counts while a run goes on: one line that changes on a terminal, a line every ten seconds elsewhere. Answers what ends it. */
export function showProgress(ledger: Ledger, log: Log, screen: NodeJS.WriteStream = process.stderr): () => void {
  let received = 0;
  let at = performance.now();
  const line = () => {
    const now = performance.now();
    const rate = Math.round(((ledger.received - received) * 1000) / (now - at));
    received = ledger.received;
    at = now;
    const letters = Object.values(ledger.deadLetters).reduce((sum, count) => sum + count, 0);
    return `received ${ledger.received}, rows ${ledger.rows}, dead letters ${letters}, ${rate} messages/s`;
  };
  const timer = screen.isTTY
    ? setInterval(() => screen.write(`\r\x1b[K${line()}`), ON_A_TERMINAL_MS)
    : setInterval(() => log.info(line()), PLAIN_MS);
  return () => {
    clearInterval(timer);
    if (screen.isTTY) screen.write("\r\x1b[K");
  };
}
