/** The part of a sound that a model looks at: read as far as it is needed, dropped when it has passed. */

export class Samples {
  readonly #blocks: AsyncIterator<Float32Array>;
  /** Samples `#from` to `#end` of the sound. */
  #kept: Float32Array[] = [];
  #from = 0;
  #end = 0;
  #complete = false;

  constructor(blocks: AsyncIterable<Float32Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** How much has been read; the sound's length once it is `complete`. */
  get end(): number {
    return this.#end;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Reads until there are `count` samples or no more. */
  async readTo(count: number): Promise<void> {
    while (this.#end < count && !this.#complete) {
      const { value, done } = await this.#blocks.next();
      if (done) this.#complete = true;
      else {
        this.#kept.push(value);
        this.#end += value.length;
      }
    }
  }

  /** Samples `from` to `to`; zeros before the sound, after it, and where it was dropped. */
  slice(from: number, to: number): Float32Array {
    const out = new Float32Array(to - from);
    let at = this.#from;
    for (const block of this.#kept) {
      const first = Math.max(from, at);
      const last = Math.min(to, at + block.length);
      if (first < last) out.set(block.subarray(first - at, last - at), first - from);
      at += block.length;
    }
    return out;
  }

  /** Forgets what lies before `count`. */
  drop(count: number): void {
    while (this.#kept[0] && this.#from + this.#kept[0].length <= count)
      this.#from += this.#kept.shift()!.length;
  }
}
