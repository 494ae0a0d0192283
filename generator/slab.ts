const SLAB_BYTES = 1 << 16;
/** A UTF-16 code unit becomes three bytes at most. */
const BYTES_A_UNIT = 3;

/** Turns texts to bytes, one behind the other in large pieces of memory: an allocation for each would cost as much as its text. */
export class Slab {
  private memory = Buffer.alloc(0);
  private used = 0;

  /** A view of the text's UTF-8, which nothing will write to again. */
  utf8(text: string): Uint8Array {
    const needed = text.length * BYTES_A_UNIT;
    if (this.used + needed > this.memory.length) {
      this.memory = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed));
      this.used = 0;
    }
    const start = this.used;
    this.used += this.memory.write(text, start, "utf8");
    return this.memory.subarray(start, this.used);
  }
}
