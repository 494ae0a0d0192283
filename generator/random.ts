/** "000" … "999": digits are drawn several at a time, by looking them up. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

/** "0000" … "9999" */
export const FOUR_DIGITS: readonly string[] = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(4, "0"));

const TWO_TO_32 = 2 ** 32;

/**
 * Chris Doty-Humphrey's sfc32 (PractRand): 128 bits of state, integer operations only, so that a seed gives the same
 * numbers on every machine and every version of Node. Not for secrets.
 */
export class Random {
  private readonly state: Int32Array;

  /** `seed`: an integer from 0 to 2^32 - 1; `stream` tells apart generators that share a seed. */
  constructor(seed: number, stream = 0) {
    this.state = Int32Array.of(0x9e3779b9, stream, seed, 1);
    for (let round = 0; round < 15; round++) this.next();
  }

  /** An integer from 0 to 2^32 - 1. */
  next(): number {
    const state = this.state;
    const b = state[1]!;
    const c = state[2]!;
    const sum = (state[0]! + b + state[3]!) | 0;
    state[3]! += 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** An integer from 0 to `limit` - 1; `limit` is at most 2^21, so that the product below is exact. */
  below(limit: number): number {
    return Math.floor((this.next() * limit) / TWO_TO_32);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** True in a share of the draws: 0 never, 1 always. */
  chance(share: number): boolean {
    return this.next() < share * TWO_TO_32;
  }

  /** A string of `length` decimal digits. */
  digits(length: number): string {
    let text = "";
    let left = length;
    for (; left >= 3; left -= 3) text += THREE_DIGITS[this.below(1000)]!;
    return left === 0 ? text : text + THREE_DIGITS[this.below(1000)]!.slice(3 - left);
  }
}
