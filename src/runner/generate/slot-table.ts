/**
 * Which text is in which slot.
 *
 * Running texts occupy the first slots, in this order: those that are being decoded, a token a step, then those whose
 * prompt is still being read. So one run over the first slots decodes them all. Slots behind them keep what earlier texts
 * left: a later prompt that begins the same goes on from there.
 */

/** What the scheduler needs of a text. */
export interface Schedulable {
  /** Prompt and what was generated. */
  readonly ids: readonly number[];
  /** Whose it is: what it leaves in a slot serves only texts of the same scope. */
  readonly scope: string;
  /** Higher goes first, and may take a lower one's place. */
  readonly priority: number;
  /** Waits until this one's prompt has been read, to go on from there. */
  readonly leader: Schedulable | undefined;
  /** The first tokens of the prompt that may be shared between scopes. */
  readonly sharedTokens: number;
}

/** The slot table's side of a store. */
export interface SlotMemory {
  readonly slots: number;
  /** Tokens that fit a slot. */
  readonly capacity: number;
  /** Tokens that all slots may hold together: at least `capacity`. */
  readonly tokens: number;
  /** Tokens whose memory they hold, those behind a text's end included. */
  readonly heldTokens: number;
  /** Gives back the memory behind a slot's first `tokens`. */
  release(slot: number, tokens: number): void;
  /** Makes the first `tokens` of one slot those of another. `undefined` where the memory can't be copied: then it swaps. */
  readonly copy: ((from: number, to: number, tokens: number) => void) | undefined;
  /** Whether an exchange costs nothing, as where each slot has memory of its own; elsewhere it takes several copies. */
  readonly swaps: boolean;
  /** Exchanges two slots that hold so many tokens. */
  exchange(a: number, b: number, tokensA: number, tokensB: number): void;
}

export interface Running<T> {
  readonly text: T;
  /** Tokens whose keys and values are in its slot. */
  cached: number;
  /** In texts placed. */
  readonly admittedAt: number;
}

/** What lies in a slot. */
interface Content {
  readonly ids: readonly number[];
  readonly scope: string;
  /** When it was last used, in texts placed. */
  readonly usedAt: number;
}

/** Tokens in a slot that are rather kept than overwritten. */
const worthKeeping = 32;

const nothing: Content = { ids: [], scope: '', usedAt: -1 };

export class SlotTable<T extends Schedulable> {
  readonly #memory: SlotMemory;
  /** By slot. */
  readonly #running: Running<T>[] = [];
  #decoding = 0;
  /** By slot, behind the running ones. */
  readonly #left: Content[];
  #placed = 0;

  constructor(memory: SlotMemory) {
    this.#memory = memory;
    this.#left = Array.from({ length: memory.slots }, () => nothing);
  }

  /** By slot. */
  get running(): ReadonlyArray<Running<T>> {
    return this.#running;
  }

  /** How many of them, from the first, are being decoded. */
  get decoding(): number {
    return this.#decoding;
  }

  /** Texts that have been given a slot so far. */
  get placed(): number {
    return this.#placed;
  }

  /** Puts a text behind the running ones, with as much of its prompt as some slot holds already: returns how much. */
  place(text: T): number {
    const slot = this.#running.length;
    const { from, tokens } = this.#bestStart(text);
    if (from === undefined) this.#makeRoom(slot);
    else if (from < slot) {
      this.#makeRoom(slot);
      this.#memory.copy!(from, slot, tokens);
    } else this.#goOnFrom(from, slot, tokens);
    this.#left[slot] = nothing;
    this.#running.push({ text, cached: tokens, admittedAt: this.#placed++ });
    return tokens;
  }

  /** The prompt in this slot has been read. */
  beginDecoding(slot: number): void {
    this.#exchange(slot, this.#decoding);
    this.#decoding++;
  }

  /** Takes a running text out of its slot without leaving a hole among the others; what it wrote stays for others. */
  leave(slot: number): void {
    let at = slot;
    if (at < this.#decoding) {
      this.#exchange(at, this.#decoding - 1);
      at = --this.#decoding;
    }
    const last = this.#running.length - 1;
    this.#exchange(at, last);
    const { text, cached } = this.#running.pop()!;
    this.#left[last] = { ids: text.ids.slice(0, cached), scope: text.scope, usedAt: this.#placed };
  }

  /** Whether so many tokens can be written, if need be after what ended texts left is forgotten. */
  makeMemoryFor(fresh: number): boolean {
    const memory = this.#memory;
    const isFull = () => memory.heldTokens + fresh > memory.tokens;
    if (!isFull()) return true;
    for (let slot = 0; slot < memory.slots; slot++) memory.release(slot, this.#tokensIn(slot));
    while (isFull() && this.#forgetOldest());
    return !isFull();
  }

  /** Gives back the memory of what was left longest ago; false: nothing is left. */
  #forgetOldest(): boolean {
    const left = [...this.#left.keys()].filter((slot) => this.#left[slot]!.ids.length > 0);
    if (left.length === 0) return false;
    const oldest = left.reduce((a, b) => (this.#left[b]!.usedAt < this.#left[a]!.usedAt ? b : a));
    this.#left[oldest] = nothing;
    this.#memory.release(oldest, 0);
    return true;
  }

  #tokensIn(slot: number): number {
    return this.#running[slot]?.cached ?? this.#left[slot]!.ids.length;
  }

  /** Takes over what an earlier text left; a copy of it, if much would be lost and something older can go instead. */
  #goOnFrom(from: number, slot: number, tokens: number): void {
    const lost = this.#left[from]!.ids.length - tokens;
    const { copy, swaps } = this.#memory;
    if (!copy || lost <= worthKeeping || this.#oldestLeft(slot) === from)
      return this.#exchangeLeft(from, slot);
    const kept = this.#makeRoom(slot);
    // What lay here was copied, so that its beginning is where it is wanted, or has changed places.
    if (from !== slot || swaps) this.#memory.copy!(from === slot ? kept : from, slot, tokens);
  }

  /** The slot with the longest common beginning. At least one token is left to read: its scores are wanted. */
  #bestStart(text: T): { readonly from: number | undefined; readonly tokens: number } {
    let best: { from: number | undefined; tokens: number } = { from: undefined, tokens: 0 };
    for (let slot = 0; slot < this.#memory.slots; slot++) {
      // Another text's slot can only be copied from.
      if (slot < this.#running.length && !this.#memory.copy) continue;
      const { ids, scope } = this.#contentOf(slot);
      const most = Math.min(
        text.ids.length - 1,
        scope === text.scope ? Number.POSITIVE_INFINITY : text.sharedTokens,
      );
      const tokens = commonLength(ids, text.ids, most);
      if (tokens > best.tokens || (tokens === best.tokens && tokens > 0 && slot >= this.#running.length)) {
        best = { from: slot, tokens };
      }
    }
    return best;
  }

  #contentOf(slot: number): Content {
    const running = this.#running[slot];
    if (!running) return this.#left[slot]!;
    const { text, cached } = running;
    return { ids: text.ids.slice(0, cached), scope: text.scope, usedAt: this.#placed };
  }

  /** Frees a slot behind the running ones at the cost of what was used longest ago; returns where its content is kept. */
  #makeRoom(slot: number): number {
    const oldest = this.#oldestLeft(slot);
    if (oldest === slot) return slot;
    const kept = this.#left[slot]!;
    if (this.#memory.swaps) this.#exchangeLeft(oldest, slot);
    else if (kept.ids.length > 0) this.#memory.copy!(slot, oldest, kept.ids.length);
    this.#left[oldest] = kept;
    return oldest;
  }

  #oldestLeft(first: number): number {
    let oldest = first;
    for (let slot = first; slot < this.#memory.slots; slot++) {
      if (this.#left[slot]!.usedAt < this.#left[oldest]!.usedAt) oldest = slot;
    }
    return oldest;
  }

  #exchangeLeft(a: number, b: number): void {
    if (a === b) return;
    this.#memory.exchange(a, b, this.#left[a]!.ids.length, this.#left[b]!.ids.length);
    [this.#left[a], this.#left[b]] = [this.#left[b]!, this.#left[a]!];
  }

  /** Exchanges two running texts. */
  #exchange(a: number, b: number): void {
    if (a === b) return;
    const [first, second] = [this.#running[a]!, this.#running[b]!];
    this.#memory.exchange(a, b, first.cached, second.cached);
    this.#running[a] = second;
    this.#running[b] = first;
  }
}

const commonLength = (a: readonly number[], b: readonly number[], most: number): number => {
  const end = Math.min(a.length, b.length, most);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
};
