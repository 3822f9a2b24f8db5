/**
 * A decoder's cache in plain memory: one array a part, [slots, heads, stride, width], so that the first n slots are a batch.
 *
 * It is laid out in one of two ways. While all texts are short, slots are short too and lie in huge pages, where a step
 * reads them faster (docs/bench-log.md). For a longer one each slot has addresses for a whole window and takes memory page
 * by page as it is written; when the texts are short again, so are the slots.
 */
import { discard, newArray, preferHugePages, sparseArray, type TensorData, TensorValue } from '../session.js';
import type { CacheShape, OnMove, SlotValues } from './slot-values.js';

export interface SlotArraysOptions {
  /** Tokens that short slots may have room for together: all of it may be taken. */
  readonly denseTokens: number;
  readonly onMove: OnMove;
}

export class SlotArrays implements SlotValues {
  readonly batched = true;
  readonly swaps = false;
  stride: number;
  readonly #shape: CacheShape;
  /** A short slot's stride. */
  readonly #short: number;
  readonly #onMove: OnMove;
  readonly #arrays: readonly TensorData[];
  readonly #views = new Map<string, TensorValue>();
  /** By slot: its text's tokens. */
  readonly #used: number[];
  /** By slot: so many tokens have been written since its memory was given back. */
  readonly #held: number[];

  constructor(shape: CacheShape, { denseTokens, onMove }: SlotArraysOptions) {
    const { type, parts, slots, heads, capacity, width } = shape;
    this.#shape = shape;
    this.#onMove = onMove;
    const length = slots * heads * capacity * width;
    this.#arrays = Array.from({ length: parts }, () => sparseArray(type, length));
    this.#used = Array.from({ length: slots }, () => 0);
    this.#held = [...this.#used];
    this.#short = Math.max(1, Math.min(capacity, Math.floor(denseTokens / slots)));
    this.stride = this.#short;
    for (const array of this.#arrays) this.#advise(array);
  }

  get heldTokens(): number {
    return this.#held.reduce((sum, tokens) => sum + tokens, 0);
  }

  hold(slot: number, tokens: number): void {
    const isShorter = tokens < this.#used[slot]!;
    this.#used[slot] = tokens;
    if (tokens > this.stride) this.#layOut(this.#shape.capacity);
    else if (isShorter && !this.#isDense && Math.max(...this.#used) * 2 <= this.#short)
      this.#layOut(this.#short);
    this.#held[slot] = Math.max(this.#held[slot]!, tokens);
  }

  release(slot: number, tokens: number): void {
    const held = this.#held[slot]!;
    if (held <= tokens) return;
    this.#used[slot] = Math.min(this.#used[slot]!, tokens);
    this.#held[slot] = tokens;
    if (this.#isDense) return;
    const { width } = this.#shape;
    for (const array of this.#arrays) {
      for (const start of this.#starts(slot)) discard(array, start + tokens * width, start + held * width);
    }
  }

  value(part: number, slot: number, rows: number): TensorValue {
    const key = `${part} ${slot} ${rows}`;
    const known = this.#views.get(key);
    if (known) return known;
    const { type, heads, width } = this.#shape;
    const data = this.#arrays[part]!.subarray(this.#start(slot, 0), this.#start(slot + rows, 0));
    const view = new TensorValue({ type, data, dims: [rows, heads, this.stride, width] });
    this.#views.set(key, view);
    return view;
  }

  copy(from: number, to: number, tokens: number): void {
    this.hold(to, tokens);
    const length = tokens * this.#shape.width;
    for (const array of this.#arrays) {
      for (const [head, start] of this.#starts(from).entries())
        array.copyWithin(this.#start(to, head), start, start + length);
    }
  }

  exchange(a: number, b: number, tokensA: number, tokensB: number): void {
    const tokens = Math.max(tokensA, tokensB);
    if (tokens === 0) return;
    this.hold(a, tokens);
    this.hold(b, tokens);
    const length = tokens * this.#shape.width;
    for (const array of this.#arrays) {
      for (const [head, startA] of this.#starts(a).entries()) {
        const startB = this.#start(b, head);
        const first = array.slice(startA, startA + length);
        array.copyWithin(startA, startB, startB + length);
        array.set(first as never, startB);
      }
    }
    this.hold(a, tokensB);
    this.hold(b, tokensA);
  }

  get #isDense(): boolean {
    return this.stride === this.#short;
  }

  /** Gives every slot another stride, its text included. */
  #layOut(stride: number): void {
    const { type, slots } = this.#shape;
    for (const [slot, tokens] of this.#used.entries()) this.#held[slot] = Math.min(this.#held[slot]!, tokens);
    const from = this.#texts();
    // Before anything moves: it may not be there.
    const kept = newArray(
      type,
      from.reduce((sum, { length }) => sum + length, 0),
    );
    this.#onMove([...this.#used.keys()]);
    for (const view of this.#views.values()) view.dispose();
    this.#views.clear();
    const end = this.#start(slots, 0);
    this.stride = stride;
    const to = this.#texts();
    for (const array of this.#arrays) {
      let at = 0;
      for (const { start, length } of from) {
        kept.set(array.subarray(start, start + length) as never, at);
        at += length;
      }
      discard(array, 0, end);
      this.#advise(array);
      at = 0;
      for (const { start, length } of to) {
        array.set(kept.subarray(at, at + length) as never, start);
        at += length;
      }
    }
  }

  /** Where in each array the elements of texts are. */
  #texts(): { readonly start: number; readonly length: number }[] {
    return this.#held.flatMap((tokens, slot) =>
      this.#starts(slot).map((start) => ({ start, length: tokens * this.#shape.width })),
    );
  }

  #advise(array: TensorData): void {
    preferHugePages(array, this.#start(this.#shape.slots, 0), this.#isDense);
  }

  /** Where a head of a slot begins. */
  #start(slot: number, head: number): number {
    const { heads, width } = this.#shape;
    return (slot * heads + head) * this.stride * width;
  }

  #starts(slot: number): number[] {
    return Array.from({ length: this.#shape.heads }, (_, head) => this.#start(slot, head));
  }
}
