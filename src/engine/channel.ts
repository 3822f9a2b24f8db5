/** A queue from one producer to one `for await` loop: push now, read later; ends or fails once. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error?: unknown } | undefined;
  #onEnd: (() => void) | undefined;

  push(item: T): void {
    if (this.#end) return;
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#close({});
  }

  /** What was pushed before is still read; then the loop throws. */
  fail(error: unknown): void {
    this.#close({ error });
  }

  /** Calls back once it has ended or failed; one listener at a time. */
  onEnd(callback: () => void): void {
    this.#onEnd = callback;
    if (this.#end) callback();
  }

  #close(end: { readonly error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#onEnd?.();
    this.#wake?.();
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let next = 0; ; ) {
      while (next < this.#items.length) yield this.#items[next++]!;
      this.#items.length = next = 0;
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
