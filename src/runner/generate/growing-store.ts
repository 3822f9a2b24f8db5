/**
 * Caches that grow: classic exports take the past and return a longer present. Each slot holds its own tensors, never
 * changed once made, and texts are decoded one after the other: correct, and slower than in place.
 */
import { type Feeds, floats, int64, newArray, type Session, type Tensor } from '../session.js';
import {
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
  /** Nothing is set aside: tensors come and go with the texts. */
  readonly bytes = 0;
  readonly chunkTokens: number;
  readonly batched = false;
  readonly verify: KvStore['verify'];
  readonly #session: Session;
  /** By slot, by input name: [1, heads, tokens, width]. */
  readonly #pasts: Feeds[];
  readonly #empty: Feeds;

  constructor({ session, config, slots, capacity }: KvStoreOptions) {
    this.#session = session;
    this.slots = slots;
    this.capacity = capacity;
    this.chunkTokens = chunkTokensFor(config);
    const names = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
    const dims = [1, kvHeads(config), 0, headWidth(config)];
    const type = session.inputType(names[0]!)!;
    const none: Tensor = { type, data: newArray(type, 0), dims };
    this.#empty = Object.fromEntries(names.map((name) => [name, none]));
    this.#pasts = Array.from({ length: slots }, () => this.#empty);
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

  copy(from: number, to: number, tokens: number): void {
    this.#pasts[to] = shorten(this.#pasts[from]!, tokens);
  }

  exchange(a: number, b: number): void {
    [this.#pasts[a], this.#pasts[b]] = [this.#pasts[b]!, this.#pasts[a]!];
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
    this.#pasts[slot] = Object.fromEntries(
      Object.keys(pasts).map((name) => [name, ran.outputs[name.replace('past_key_values', 'present')]!]),
    );
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
