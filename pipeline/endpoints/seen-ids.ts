/**
 * Which message ids may have been seen. Holds a hash of 53 bits for each, 16 to 32 bytes in memory: it may take a new id for a seen one,
 * once in 9 · 10^15 divided by their number, and never a seen one for a new one. So who asks it must look up only what it suspects.
 */
export class SeenIds {
  /** Open addressing; 0 is a free slot. A power of two, so that a mask finds the slot. */
  private slots = new Float64Array(1 << 16);
  private size = 0;

  /** Answers false where it may have been there. */
  add(id: string): boolean {
    if (this.size * 2 >= this.slots.length) this.grow();
    const added = put(this.slots, hashOf(id));
    if (added) this.size += 1;
    return added;
  }

  private grow(): void {
    const slots = new Float64Array(this.slots.length * 2);
    for (const hash of this.slots) if (hash !== 0) put(slots, hash);
    this.slots = slots;
  }
}

function put(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1;
  let at = hash & mask;
  for (; slots[at] !== 0; at = (at + 1) & mask) if (slots[at] === hash) return false;
  slots[at] = hash;
  return true;
}

/** Two multiplicative hashes side by side, mixed at the end (MurmurHash3's finalizer); never 0. */
function hashOf(id: string): number {
  let a = 0x9e3779b1;
  let b = 0x85ebca77;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return mix(a ^ (b >>> 15)) + (mix(b ^ (a >>> 13)) & 0x1fffff) * 0x1_0000_0000 || 1;
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
