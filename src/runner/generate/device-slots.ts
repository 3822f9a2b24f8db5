/** A decoder's cache in a device's memory: values of their own for each slot, which change places; copied as a whole, where the provider copies. */
import { OrtError, type Session, type Value } from '../session.js';
import type { CacheShape, OnMove, SlotValues } from './slot-values.js';

export class DeviceSlots implements SlotValues {
  readonly batched = false;
  readonly stride: number;
  readonly swaps = true;
  readonly copy: SlotValues['copy'];
  /** By slot, by part: [1, heads, capacity, width]. */
  readonly #values: Value[][];
  /** By slot: tokens that were written. Their memory is there from the start, and stays. */
  readonly #held: number[];
  readonly #onMove: OnMove;

  constructor(session: Session, { type, parts, slots, heads, capacity, width }: CacheShape, onMove: OnMove) {
    this.stride = capacity;
    const dims = [1, heads, capacity, width];
    const slotOf = () => Array.from({ length: parts }, () => session.deviceValue(type, dims)!);
    this.#values = Array.from({ length: slots }, slotOf);
    this.#held = this.#values.map(() => 0);
    this.#onMove = onMove;
    if (!this.#isCopied(session)) return;
    this.copy = (from, to, tokens) => {
      this.hold(to, tokens);
      session.copyValues(this.#values[from]!, this.#values[to]!);
    };
  }

  /** Tried once: nothing says which providers register what copies for them. */
  #isCopied(session: Session): boolean {
    const [first, second] = this.#values;
    try {
      if (second) session.copyValues(first!, second);
      return second !== undefined;
    } catch (error) {
      if (error instanceof OrtError) return false;
      throw error;
    }
  }

  get heldTokens(): number {
    return this.#held.reduce((sum, tokens) => sum + tokens, 0);
  }

  hold(slot: number, tokens: number): void {
    this.#held[slot] = Math.max(this.#held[slot]!, tokens);
  }

  release(slot: number, tokens: number): void {
    this.#held[slot] = Math.min(this.#held[slot]!, tokens);
  }

  value(part: number, slot: number): Value {
    return this.#values[slot]![part]!;
  }

  exchange(a: number, b: number): void {
    this.#onMove([a, b]);
    [this.#values[a], this.#values[b]] = [this.#values[b]!, this.#values[a]!];
    [this.#held[a], this.#held[b]] = [this.#held[b]!, this.#held[a]!];
  }
}
