/**
 * Caches that grow: classic exports take the past and return a longer present. Each slot holds its own tensors, never
 * changed once made, and texts are decoded one after the other: correct, and slower than in place.
 */
import { type Feeds, floats, int64, newArray, type Session, type Tensor } from '../session.js';
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

export class GrowingStore implements KvStore {
  readonly slots: number;
  readonly capacity: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly chunkTokens: number;
  readonly batched = false;
  readonly swaps = true;
  readonly verify: KvStore['verify'];
  readonly #session: Session;
  /** By slot, by input name: [1, heads, tokens, width]. */
  readonly #pasts: Feeds[];
  /** By slot: their tokens. */
  readonly #held: number[];
  readonly #empty: Feeds;

  constructor({ session, config, size }: KvStoreOptions) {
    this.#session = session;
    this.slots = size.slots;
    this.capacity = size.capacity;
    this.tokens = size.tokens;
    this.chunkTokens = chunkTokensFor(config);
    const names = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
    const dims = [1, kvHeads(config), 0, headWidth(config)];
    const type = session.inputType(names[0]!)!;
    const none: Tensor = { type, data: newArray(type, 0), dims };
    this.#empty = Object.fromEntries(names.map((name) => [name, none]));
    this.bytes = size.tokens * bytesPerToken(config, none.data.BYTES_PER_ELEMENT);
    this.#pasts = Array.from({ length: size.slots }, () => this.#empty);
    this.#held = this.#pasts.map(() => 0);
    // Some exports give scores for the last token alone.
    const lastOnly = session.outputs.find(({ name }) => name === 'logits')?.dims[1] === 1;
    this.verify = lastOnly ? undefined : (slot, ids, past) => this.#run(slot, ids, past);
  }

  async prefill(slot: number, ids: readonly number[], past: number) {
    const { scores, micros } = await this.#run(slot, ids, past);
    return { scores: scores.at(-1)!, micros };
  }

  async decode(rows: readonly DecodeRow[]) {
    const scores: Scores[] = [];
    let micros = 0;
    for (const [slot, { id, past }] of rows.entries()) {
      const ran = await this.prefill(slot, [id], past);
      scores.push(ran.scores);
      micros += ran.micros;
    }
    return { scores, micros };
  }

  get heldTokens(): number {
    return this.#held.reduce((sum, tokens) => sum + tokens, 0);
  }

  release(slot: number, tokens: number): void {
    if (this.#held[slot]! > tokens) this.copy(slot, slot, tokens);
  }

  copy(from: number, to: number, tokens: number): void {
    this.#keep(to, tokens === 0 ? this.#empty : shorten(this.#pasts[from]!, tokens), tokens);
  }

  exchange(a: number, b: number): void {
    const [pasts, held] = [this.#pasts[a]!, this.#held[a]!];
    this.#keep(a, this.#pasts[b]!, this.#held[b]!);
    this.#keep(b, pasts, held);
  }

  #keep(slot: number, pasts: Feeds, tokens: number): void {
    this.#pasts[slot] = pasts;
    this.#held[slot] = tokens;
  }

  async #run(slot: number, ids: readonly number[], past: number) {
    const total = past + ids.length;
    const positions = BigInt64Array.from(ids, (_, i) => BigInt(past + i));
    const pasts = past === 0 ? this.#empty : shorten(this.#pasts[slot]!, past);
    const feeds = {
      input_ids: int64(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      attention_mask: int64(new BigInt64Array(total).fill(1n), [1, total]),
      position_ids: int64(positions, [1, ids.length]),
      use_cache_branch: { type: 'bool', data: Uint8Array.of(past > 0 ? 1 : 0), dims: [1] },
      ...pasts,
    } as const;
    const ran = await this.#session.run(feeds, { step: ids.length === 1 });
    const presents = Object.keys(pasts).map((name) => [
      name,
      ran.outputs[name.replace('past_key_values', 'present')]!,
    ]);
    this.#keep(slot, Object.fromEntries(presents), total);
    const { data, dims } = floats(ran, 'logits');
    const [, rows = 0, vocabulary = 0] = dims;
    const scores = Array.from({ length: rows }, (_, row) =>
      data.subarray(row * vocabulary, (row + 1) * vocabulary),
    );
    return { scores, micros: ran.micros };
  }
}

/** The first `tokens` of every tensor; the tensors themselves where that is all of them. */
const shorten = (pasts: Feeds, tokens: number): Feeds =>
  Object.fromEntries(Object.entries(pasts).map(([name, tensor]) => [name, shortenTensor(tensor, tokens)]));

const shortenTensor = (tensor: Tensor, tokens: number): Tensor => {
  const [, heads = 0, length = 0, width = 0] = tensor.dims;
  if (length === tokens) return tensor;
  const data = new (tensor.data.constructor as typeof Float32Array)(heads * tokens * width);
  for (let head = 0; head < heads; head++) {
    const start = head * length * width;
    data.set((tensor.data as Float32Array).subarray(start, start + tokens * width), head * tokens * width);
  }
  return { ...tensor, data, dims: [1, heads, tokens, width] };
};
