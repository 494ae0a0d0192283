/**
 * Loaded before the pipeline, by NODE_OPTIONS: ends its process while a message is in its hands, as CRASH says. The errors quote the message,
 * as V8's own do: `BigInt("4539 5787")` says what it could not convert.
 */
import { markersIn } from "./markers";

const real = BigInt;
/** So many numbers of messages come before it. */
const BEFORE = 1000;

const CRASHES: Readonly<Record<string, (value: string) => void>> = {
  "a step throws": (value) => real(`${value}!`),
  "a callback throws": (value) => setImmediate(() => refuse(value)),
  "a promise that nobody waits for is rejected": (value) => void Promise.reject(refusalOf(value)),
  "memory runs out": (value) => {
    for (const held: unknown[] = [value]; ; ) held.push(new Array(1e7).fill(value));
  },
};

/** Google's clients hang rows on their errors. This one's text has lines that look like places, too. */
const refusalOf = (value: string) =>
  Object.assign(new Error(`refused\n    at ${value}:1:1`, { cause: value }), { rows: [{ name: value }] });

function refuse(value: string): never {
  throw refusalOf(value);
}

const crash = CRASHES[process.env.CRASH!]!;
let seen = 0;
globalThis.BigInt = new Proxy(real, {
  apply(_, __, [value]) {
    if (markersIn(String(value)).length > 0) seen += 1;
    if (seen === BEFORE) crash(String(value));
    return real(value);
  },
});
