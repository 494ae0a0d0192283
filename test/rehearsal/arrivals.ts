/** A streaming job has no end: what has arrived is counted, until all is there or nothing comes any more. */

export interface Patience {
  /** Nothing new for so long, and it is over. */
  readonly ms: number;
  /** After all are there: what comes twice has some time to come. */
  readonly linger: number;
}

const PATIENCE: Patience = { ms: 60_000, linger: 1000 };

/** `count`: how many have arrived. */
export async function untilAllArrived(
  published: number,
  count: () => Promise<number>,
  hasEnded: () => boolean,
  patience: Patience = PATIENCE,
): Promise<void> {
  let arrived = 0;
  let last = performance.now();
  const wait = () => performance.now() - last < (arrived < published ? patience.ms : patience.linger);
  while (!hasEnded() && wait()) {
    const now = await count();
    if (now > arrived) last = performance.now();
    arrived = now;
    await new Promise((done) => setTimeout(done, 250));
  }
}
