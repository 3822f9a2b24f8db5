/**
 * Caches that the model updates in place: `GroupQueryAttention` writes new keys and values behind the old ones when its
 * past and its present are the same memory. Rows of one run may have different lengths: each row's mask has as many ones
 * as it has tokens. In plain memory the first n slots are a batch; on a device texts are decoded one after the other.
 */
import {
  type Binding,
  newArray,
  type Session,
  type TensorData,
  type TensorInfo,
  TensorValue,
  widen,
} from '../session.js';
import { DeviceSlots } from './device-slots.js';
import {
  bytesPerToken,
  chunkTokensFor,
  type DecodeRow,
  headWidth,
  type KvStore,
  type KvStoreOptions,
  kvHeads,
  type Scores,
} from './kv-store.js';
import { SlotArrays } from './slot-arrays.js';
import type { SlotValues } from './slot-values.js';

/** Tokens by which the mask of a decoding run grows. */
const maskStep = 64;
/** Of the budget: what short slots may take, whatever their texts need. A larger one is felt when it is first written. */
const denseShare = 0.0625;

/** A binding, and what it writes scores to: as much of the store's as its rows need. */
interface Bound {
  readonly binding: Binding;
  scores?: TensorValue;
}

export class InPlaceStore implements KvStore {
  readonly slots: number;
  readonly capacity: number;
  readonly tokens: number;
  readonly bytes: number;
  chunkTokens: number;
  readonly verify: KvStore['verify'];
  readonly #session: Session;
  readonly #values: SlotValues;
  readonly #vocabulary: number;
  /** Names of the cache's inputs, whose numbers are its parts. */
  readonly #pasts: readonly string[];
  /** Bindings of the first n slots (`rows`), and of single ones. */
  readonly #rows = new Map<number, Bound>();
  readonly #singles = new Map<number, Bound>();
  /** [rows or tokens, vocabulary], reused by every run. */
  readonly #scores: TensorData;
  readonly #scoreType: TensorInfo['type'];
  /** Some exports give scores for the last token alone. */
  readonly #lastOnly: boolean;

  constructor({ session, config, size }: KvStoreOptions) {
    const { slots, capacity, tokens } = size;
    this.#session = session;
    this.slots = slots;
    this.capacity = capacity;
    this.tokens = tokens;
    this.chunkTokens = chunkTokensFor(config);
    const scores = session.outputs.find(({ name }) => name === 'logits');
    this.#lastOnly = scores?.dims[1] === 1;
    this.#vocabulary = (scores?.dims[2] ?? -1) > 0 ? scores!.dims[2]! : config.vocab_size;
    const pasts = session.inputs.filter(({ name }) => name.startsWith('past_key_values.'));
    this.#pasts = pasts.map(({ name }) => name);
    const { type } = pasts[0]!;
    this.bytes = tokens * bytesPerToken(config, newArray(type, 1).BYTES_PER_ELEMENT);
    const [heads, width] = [kvHeads(config), headWidth(config)];
    const shape = { type, parts: pasts.length, slots, heads, capacity, width };
    const onMove = (moved: readonly number[]) => this.#unbind(moved);
    this.#values = session.hasDeviceMemory
      ? new DeviceSlots(session, shape, onMove)
      : new SlotArrays(shape, { denseTokens: tokens * denseShare, onMove });
    this.verify = this.#lastOnly
      ? undefined
      : async (slot, ids, past) => {
          const micros = await this.#read(slot, ids, past);
          return { scores: ids.map((_, row) => this.#scoresAt(row)), micros };
        };
    this.#scoreType = scores?.type ?? 'float32';
    const rows = Math.max(slots, this.#lastOnly ? 1 : this.chunkTokens);
    this.#scores = newArray(this.#scoreType, rows * this.#vocabulary);
  }

  get batched(): boolean {
    return this.#values.batched;
  }

  get copy(): KvStore['copy'] {
    return this.#values.copy?.bind(this.#values);
  }

  get swaps(): boolean {
    return this.#values.swaps;
  }

  get heldTokens(): number {
    return this.#values.heldTokens;
  }

  release(slot: number, tokens: number): void {
    this.#values.release(slot, tokens);
  }

  exchange(a: number, b: number, tokensA: number, tokensB: number): void {
    this.#values.exchange(a, b, tokensA, tokensB);
  }

  async prefill(slot: number, ids: readonly number[], past: number) {
    const micros = await this.#read(slot, ids, past);
    const row = this.#lastOnly ? 0 : ids.length - 1;
    return { scores: this.#scoresAt(row), micros };
  }

  async decode(rows: readonly DecodeRow[]) {
    if (this.batched) {
      const fed = rows.map(({ id, past }) => ({ ids: [id], past }));
      for (const [slot, { past }] of fed.entries()) this.#values.hold(slot, past + 1);
      const micros = await this.#run(this.#firstRows(rows.length), fed, { step: true });
      return { scores: rows.map((_, row) => this.#scoresAt(row)), micros };
    }
    const scores: Scores[] = [];
    let micros = 0;
    for (const [slot, { id, past }] of rows.entries()) {
      const ran = await this.prefill(slot, [id], past);
      scores.push(ran.scores.slice());
      micros += ran.micros;
    }
    return { scores, micros };
  }

  #read(slot: number, ids: readonly number[], past: number): Promise<number> {
    this.#values.hold(slot, past + ids.length);
    return this.#run(this.#single(slot), [{ ids, past }]);
  }

  #firstRows(rows: number): Bound {
    const known = this.#rows.get(rows) ?? this.#bind(0, rows);
    this.#rows.set(rows, known);
    return known;
  }

  #single(slot: number): Bound {
    const known = this.#singles.get(slot) ?? this.#bind(slot, 1);
    this.#singles.set(slot, known);
    return known;
  }

  #bind(slot: number, rows: number): Bound {
    const binding = this.#session.bind();
    for (const [part, input] of this.#pasts.entries()) {
      const value = this.#values.value(part, slot, rows);
      binding.input(input, value);
      binding.output(input.replace('past_key_values', 'present'), value);
    }
    return { binding };
  }

  #unbind(moved: readonly number[]): void {
    for (const { binding, scores } of [
      ...this.#rows.values(),
      ...moved.map((slot) => this.#singles.get(slot)).filter((bound) => bound !== undefined),
    ]) {
      binding.dispose();
      scores?.dispose();
    }
    this.#rows.clear();
    for (const slot of moved) this.#singles.delete(slot);
  }

  /** Every row has the same number of new tokens; their pasts may differ. */
  async #run(
    bound: Bound,
    rows: ReadonlyArray<{ readonly ids: readonly number[]; readonly past: number }>,
    how: { readonly step?: boolean } = {},
  ): Promise<number> {
    const { binding } = bound;
    const fresh = rows[0]!.ids.length;
    const total = this.#maskWidth(Math.max(...rows.map(({ past }) => past)) + fresh, fresh);
    const each = [rows.length, fresh];
    const ids = this.#room(binding, 'input_ids', each);
    const mask = this.#room(binding, 'attention_mask', [rows.length, total]);
    const positions = this.#room(binding, 'position_ids', each);
    mask?.fill(0n);
    for (const [r, row] of rows.entries()) {
      mask?.fill(1n, r * total, r * total + row.past + fresh);
      for (const [i, id] of row.ids.entries()) {
        if (ids) ids[r * fresh + i] = BigInt(id);
        if (positions) positions[r * fresh + i] = BigInt(row.past + i);
      }
    }
    this.#bindScores(bound, rows.length, this.#lastOnly ? 1 : fresh);
    return this.#session.runBound(binding, how);
  }

  /**
   * A little wider than the longest row, so that what is bound serves many steps: zeros behind a row are what a longer
   * neighbour gives it too.
   */
  #maskWidth(tokens: number, fresh: number): number {
    if (!this.batched || fresh > 1) return tokens;
    return Math.min(this.#values.stride, Math.ceil(tokens / maskStep) * maskStep);
  }

  #room(binding: Binding, name: string, dims: readonly number[]): BigInt64Array | undefined {
    if (!this.#session.hasInput(name)) return undefined;
    return binding.room({ name, type: 'int64', dims }) as BigInt64Array;
  }

  /** All bindings write their scores to the same memory. */
  #bindScores(bound: Bound, rows: number, scored: number): void {
    const { binding, scores: known } = bound;
    if (known?.dims[0] === rows && known.dims[1] === scored) return;
    const data = this.#scores.subarray(0, rows * scored * this.#vocabulary);
    bound.scores = new TensorValue({ type: this.#scoreType, data, dims: [rows, scored, this.#vocabulary] });
    binding.output('logits', bound.scores);
    known?.dispose();
  }

  #scoresAt(row: number): Scores {
    const part = this.#scores.subarray(row * this.#vocabulary, (row + 1) * this.#vocabulary);
    return part instanceof Float32Array ? part : widen(part as Uint16Array);
  }
}
