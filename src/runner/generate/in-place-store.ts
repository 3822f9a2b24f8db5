/**
 * Caches that the model updates in place: `GroupQueryAttention` writes new keys and values behind the old ones when its
 * past and its present are the same memory. Rows of one run may have different lengths: each row's mask has as many ones
 * as it has tokens. In plain memory all slots of a layer are one array, so that the first n slots are a batch; the system
 * gives it memory where it is written. On a device each slot is its own, and texts are decoded one after the other.
 */
import {
  type Binding,
  discard,
  newArray,
  type Session,
  sparseArray,
  type TensorData,
  type TensorInfo,
  TensorValue,
  type Value,
  widen,
} from '../session.js';
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

/** Tokens by which the mask of a decoding run grows. */
const maskStep = 64;

/** Keys or values of one layer. */
interface Layer {
  readonly input: string;
  readonly output: string;
  /** [slots, heads, capacity, width]; absent on a device. */
  readonly data: TensorData | undefined;
  /** One a slot, [1, heads, capacity, width]; only on a device. */
  readonly onDevice: Value[];
}

export class InPlaceStore implements KvStore {
  readonly slots: number;
  readonly capacity: number;
  readonly tokens: number;
  readonly bytes: number;
  chunkTokens: number;
  readonly batched: boolean;
  readonly copy: KvStore['copy'];
  readonly verify: KvStore['verify'];
  readonly #session: Session;
  readonly #heads: number;
  readonly #width: number;
  readonly #vocabulary: number;
  readonly #type: TensorInfo['type'];
  readonly #layers: readonly Layer[];
  /** By slot: so many tokens have been written since its memory was given back. */
  readonly #held: number[];
  /** Bindings of the first n slots (`rows`), and of single ones. */
  readonly #rows = new Map<number, Binding>();
  readonly #singles = new Map<number, Binding>();
  /** [rows or tokens, vocabulary], reused by every run. */
  readonly #scores: TensorData;
  readonly #scoreType: TensorInfo['type'];
  /** As each binding knows them. */
  readonly #bound = new WeakMap<Binding, TensorValue>();
  /** Some exports give scores for the last token alone. */
  readonly #lastOnly: boolean;

  constructor({ session, config, size }: KvStoreOptions) {
    this.#session = session;
    this.slots = size.slots;
    this.capacity = size.capacity;
    this.tokens = size.tokens;
    this.#held = Array.from({ length: size.slots }, () => 0);
    this.chunkTokens = chunkTokensFor(config);
    this.#heads = kvHeads(config);
    this.#width = headWidth(config);
    const scores = session.outputs.find(({ name }) => name === 'logits');
    this.#lastOnly = scores?.dims[1] === 1;
    this.#vocabulary = (scores?.dims[2] ?? -1) > 0 ? scores!.dims[2]! : config.vocab_size;
    const pasts = session.inputs.filter(({ name }) => name.startsWith('past_key_values.'));
    this.#type = pasts[0]!.type;
    this.#layers = pasts.map(({ name }) => this.#layer(name));
    this.batched = this.#layers.every(({ data }) => data !== undefined);
    this.copy = this.batched
      ? (from, to, tokens) => {
          this.#forEachHead((data, head) => this.#copyHead(data, head, { from, to, tokens }));
          this.#hold(to, tokens);
        }
      : undefined;
    this.verify = this.#lastOnly
      ? undefined
      : async (slot, ids, past) => {
          const micros = await this.#read(slot, ids, past);
          return { scores: ids.map((_, row) => this.#scoresAt(row)), micros };
        };
    const sample = newArray(this.#type, 1);
    this.bytes = size.tokens * bytesPerToken(config, sample.BYTES_PER_ELEMENT);
    this.#scoreType = scores?.type ?? 'float32';
    const rows = Math.max(this.slots, this.#lastOnly ? 1 : this.chunkTokens);
    this.#scores = newArray(this.#scoreType, rows * this.#vocabulary);
  }

  async prefill(slot: number, ids: readonly number[], past: number) {
    const micros = await this.#read(slot, ids, past);
    const row = this.#lastOnly ? 0 : ids.length - 1;
    return { scores: this.#scoresAt(row), micros };
  }

  async decode(rows: readonly DecodeRow[]) {
    if (this.batched) {
      const fed = rows.map(({ id, past }) => ({ ids: [id], past }));
      for (const [slot, { past }] of fed.entries()) this.#hold(slot, past + 1);
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

  exchange(a: number, b: number, tokensA: number, tokensB: number): void {
    const tokens = Math.max(tokensA, tokensB);
    if (tokens === 0) return;
    if (this.batched) {
      this.#forEachHead((data, head) => this.#exchangeHead(data, head, a, b, tokens));
      for (const slot of [a, b]) this.#hold(slot, tokens);
    } else {
      for (const { onDevice } of this.#layers) [onDevice[a], onDevice[b]] = [onDevice[b]!, onDevice[a]!];
      for (const slot of [a, b]) {
        const binding = this.#singles.get(slot);
        if (!binding) continue;
        binding.dispose();
        this.#bound.get(binding)?.dispose();
        this.#singles.delete(slot);
      }
    }
  }

  get heldTokens(): number {
    return this.#held.reduce((sum, tokens) => sum + tokens, 0);
  }

  release(slot: number, tokens: number): void {
    const held = this.#held[slot]!;
    this.#held[slot] = Math.min(held, tokens);
    if (held <= tokens || !this.batched) return;
    this.#forEachHead((data, head) => {
      const start = this.#offset(slot, head);
      discard(data, start + tokens * this.#width, start + held * this.#width);
    });
  }

  #hold(slot: number, tokens: number): void {
    this.#held[slot] = Math.max(this.#held[slot]!, tokens);
  }

  #read(slot: number, ids: readonly number[], past: number): Promise<number> {
    this.#hold(slot, past + ids.length);
    return this.#run(this.#single(slot), [{ ids, past }]);
  }

  /** Elements of one slot in one layer. */
  get #slotLength(): number {
    return this.#heads * this.capacity * this.#width;
  }

  #layer(input: string): Layer {
    const dims = [1, this.#heads, this.capacity, this.#width];
    const first = this.#session.deviceValue(this.#type, dims);
    const others = first
      ? Array.from({ length: this.slots - 1 }, () => this.#session.deviceValue(this.#type, dims)!)
      : [];
    return {
      input,
      output: input.replace('past_key_values', 'present'),
      data: first ? undefined : sparseArray(this.#type, this.slots * this.#slotLength),
      onDevice: first ? [first, ...others] : [],
    };
  }

  #firstRows(rows: number): Binding {
    const known = this.#rows.get(rows);
    if (known) return known;
    const binding = this.#bind(({ data }) => this.#view(data!, 0, rows));
    this.#rows.set(rows, binding);
    return binding;
  }

  #single(slot: number): Binding {
    const known = this.#singles.get(slot);
    if (known) return known;
    const binding = this.#bind(({ data, onDevice }) => (data ? this.#view(data, slot, 1) : onDevice[slot]!));
    this.#singles.set(slot, binding);
    return binding;
  }

  #bind(find: (layer: Layer) => Value): Binding {
    const binding = this.#session.bind();
    for (const layer of this.#layers) {
      const value = find(layer);
      binding.input(layer.input, value);
      binding.output(layer.output, value);
    }
    return binding;
  }

  #view(data: TensorData, slot: number, rows: number): TensorValue {
    const part = data.subarray(slot * this.#slotLength, (slot + rows) * this.#slotLength);
    return new TensorValue({
      type: this.#type,
      data: part,
      dims: [rows, this.#heads, this.capacity, this.#width],
    });
  }

  /** Every row has the same number of new tokens; their pasts may differ. */
  async #run(
    binding: Binding,
    rows: ReadonlyArray<{ readonly ids: readonly number[]; readonly past: number }>,
    how: { readonly step?: boolean } = {},
  ): Promise<number> {
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
    this.#bindScores(binding, rows.length, this.#lastOnly ? 1 : fresh);
    return this.#session.runBound(binding, how);
  }

  /**
   * A little wider than the longest row, so that what is bound serves many steps: zeros behind a row are what a longer
   * neighbour gives it too.
   */
  #maskWidth(tokens: number, fresh: number): number {
    if (!this.batched || fresh > 1) return tokens;
    return Math.min(this.capacity, Math.ceil(tokens / maskStep) * maskStep);
  }

  #room(binding: Binding, name: string, dims: readonly number[]): BigInt64Array | undefined {
    if (!this.#session.hasInput(name)) return undefined;
    return binding.room({ name, type: 'int64', dims }) as BigInt64Array;
  }

  /** All bindings write their scores to the same memory. */
  #bindScores(binding: Binding, rows: number, scored: number): void {
    const known = this.#bound.get(binding);
    if (known?.dims[0] === rows && known.dims[1] === scored) return;
    const data = this.#scores.subarray(0, rows * scored * this.#vocabulary);
    const value = new TensorValue({ type: this.#scoreType, data, dims: [rows, scored, this.#vocabulary] });
    binding.output('logits', value);
    known?.dispose();
    this.#bound.set(binding, value);
  }

  #scoresAt(row: number): Scores {
    const part = this.#scores.subarray(row * this.#vocabulary, (row + 1) * this.#vocabulary);
    return part instanceof Float32Array ? part : widen(part as Uint16Array);
  }

  #forEachHead(visit: (data: TensorData, head: number) => void): void {
    for (const { data } of this.#layers) for (let head = 0; head < this.#heads; head++) visit(data!, head);
  }

  /** Where a head of a slot begins. */
  #offset(slot: number, head: number): number {
    return slot * this.#slotLength + head * this.capacity * this.#width;
  }

  #copyHead(
    data: TensorData,
    head: number,
    { from, to, tokens }: { from: number; to: number; tokens: number },
  ): void {
    const start = this.#offset(from, head);
    data.copyWithin(this.#offset(to, head), start, start + tokens * this.#width);
  }

  #exchangeHead(data: TensorData, head: number, a: number, b: number, tokens: number): void {
    const [startA, startB, length] = [this.#offset(a, head), this.#offset(b, head), tokens * this.#width];
    const held = data.slice(startA, startA + length);
    data.copyWithin(startA, startB, startB + length);
    data.set(held as never, startB);
  }
}
