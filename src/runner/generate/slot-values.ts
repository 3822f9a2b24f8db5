/** Where a cache that is updated in place lies: in plain memory (`slot-arrays.ts`) or on a device (`device-slots.ts`). */
import type { TensorInfo, Value } from '../session.js';
import type { SlotMemory } from './slot-table.js';

export interface CacheShape {
  readonly type: TensorInfo['type'];
  /** Keys and values of every layer: twice as many as there are layers. */
  readonly parts: number;
  readonly slots: number;
  readonly heads: number;
  /** Of the longest text, in tokens. */
  readonly capacity: number;
  readonly width: number;
}

export interface SlotValues
  extends Pick<SlotMemory, 'heldTokens' | 'swaps' | 'release' | 'copy' | 'exchange'> {
  /** Whether slots lie side by side, so that the first n are one value. */
  readonly batched: boolean;
  /** Tokens that a slot has room for as its value is now. */
  readonly stride: number;
  /** Makes room for a slot's first `tokens`: what lay behind them is no longer needed. Values may move. */
  hold(slot: number, tokens: number): void;
  /** A part of `rows` slots, [rows, heads, stride, width]. It stays this one's to dispose, and is so until it moves. */
  value(part: number, slot: number, rows: number): Value;
}

/** Told which slots' values are others from now on, before they go: nothing may stay bound to them. */
export type OnMove = (slots: readonly number[]) => void;
