/**
 * A map for what comes and goes with each request, in order of insertion, without anybody's help for the collector.
 *
 * V8's `Map` and `Set` are given a larger or cleaner table again and again while members come and go; the table that was
 * left still points to the members it had, and to the next table. Once one such table is among the old objects, all that
 * follow it survive every quick collection with all their members, until the next full one. Here a member that is removed
 * leaves its box, so that only empty boxes are kept. Keys should be numbers or short strings.
 */
export class TransientMap<Key extends number | string, Value extends object> {
  readonly #boxes = new Map<Key, { value: Value | undefined }>();

  get size(): number {
    return this.#boxes.size;
  }

  get(key: Key): Value | undefined {
    return this.#boxes.get(key)?.value;
  }

  /** A key that is there keeps its place. */
  set(key: Key, value: Value): void {
    const box = this.#boxes.get(key);
    if (box) box.value = value;
    else this.#boxes.set(key, { value });
  }

  delete(key: Key): void {
    const box = this.#boxes.get(key);
    if (!box) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }

  *values(): Generator<Value, void, void> {
    for (const { value } of this.#boxes.values()) yield value!;
  }

  clear(): void {
    for (const box of this.#boxes.values()) box.value = undefined;
    this.#boxes.clear();
  }
}
