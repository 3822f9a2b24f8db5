/**
 * Which text is in which slot, and what the next step computes. Knows tokens and slots; nothing of models.
 *
 * Running texts occupy the first slots, in this order: those that are being decoded, a token a step, then those whose
 * prompt is still being read. So one run over the first slots decodes them all. Slots behind them keep what earlier texts
 * left: a later prompt that begins the same goes on from there.
 *
 * Each slot takes the longest text, but all together may hold fewer tokens than that. Where a step needs memory, what
 * ended texts left goes first, then the youngest texts wait until the others have ended, and are computed again.
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

/** The scheduler's side of a store. */
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
  /** Makes the first `tokens` of one slot those of another. `undefined` where the memory can't be copied. */
  readonly copy: ((from: number, to: number, tokens: number) => void) | undefined;
  /** Exchanges two slots that hold so many tokens. */
  exchange(a: number, b: number, tokensA: number, tokensB: number): void;
}

export interface Plan<T> {
  /** Tokens of one text to read: `ids` behind `past`. */
  readonly prefill:
    | { readonly text: T; readonly slot: number; readonly ids: readonly number[]; readonly past: number }
    | undefined;
  /** Text i is in slot i and gets one token. */
  readonly decode: readonly T[];
}

/** What lies in a slot. */
interface Content {
  readonly ids: readonly number[];
  readonly scope: string;
  /** When it was last used, in admissions. */
  readonly usedAt: number;
}

interface Running<T> {
  readonly text: T;
  /** Tokens whose keys and values are in its slot. */
  cached: number;
  readonly admittedAt: number;
}

export interface Admitted<T> {
  readonly text: T;
  /** Tokens of the prompt that were there already. */
  readonly reused: number;
}

/** Tokens in a slot that are rather kept than overwritten. */
const worthKeeping = 32;
/** Room that a text must find for what it is going to say, in tokens. */
const roomAhead = 32;
/** Every so many admissions goes to who has waited longest, whatever its priority. */
const agedEvery = 8;

const nothing: Content = { ids: [], scope: '', usedAt: -1 };

export class Scheduler<T extends Schedulable> {
  readonly #memory: SlotMemory;
  readonly #waiting: T[] = [];
  /** By slot. */
  readonly #running: Running<T>[] = [];
  /** How many of them are being decoded. */
  #decoding = 0;
  /** By slot, behind the running ones. */
  readonly #left: Content[];
  #admissions = 0;
  /** Lost their place once to a more important text, or waited for long: nobody takes it from them again. */
  readonly #spared = new WeakSet<T>();

  constructor(memory: SlotMemory) {
    this.#memory = memory;
    this.#left = Array.from({ length: memory.slots }, () => nothing);
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#running.length === 0;
  }

  get counts(): { readonly waiting: number; readonly running: number; readonly decoding: number } {
    return { waiting: this.#waiting.length, running: this.#running.length, decoding: this.#decoding };
  }

  /** Every text it knows. */
  get texts(): T[] {
    return [...this.#running.map(({ text }) => text), ...this.#waiting];
  }

  add(text: T): void {
    this.#waiting.push(text);
  }

  /** Gives waiting texts the slots there are, by priority, then in order. */
  admit(): Admitted<T>[] {
    const admitted: Admitted<T>[] = [];
    for (let next = this.#next(); next; next = this.#next()) {
      if (!this.#findPlace(next)) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      admitted.push({ text: next, reused: this.#place(next) });
    }
    return admitted;
  }

  /** What to compute next; `prefillTokens` bounds how much of a prompt is read beside so many texts being decoded. */
  plan(prefillTokens: (decoding: number) => number): Plan<T> {
    let plan = this.#choose(prefillTokens);
    while (!this.#makeMemoryFor(plan)) plan = this.#choose(prefillTokens);
    return plan;
  }

  #choose(prefillTokens: (decoding: number) => number): Plan<T> {
    const decode = this.#running.slice(0, this.#decoding).map(({ text }) => text);
    const reading = this.#running.slice(this.#decoding);
    if (reading.length === 0) return { prefill: undefined, decode };
    const first = reading.reduce((a, b) => (isBefore(b, a) ? b : a));
    const { text, cached } = first;
    const ids = text.ids.slice(cached, cached + prefillTokens(this.#decoding));
    return { prefill: { text, slot: this.#running.indexOf(first), ids, past: cached }, decode };
  }

  /** Tokens of a running text that are in its slot. */
  cachedTokens(text: T): number {
    return this.#running.find((running) => running.text === text)?.cached ?? 0;
  }

  /** A plan's prefill was run; returns whether the whole prompt has been read. */
  prefilled({ text, slot, ids, past }: NonNullable<Plan<T>['prefill']>): boolean {
    const running = this.#running[slot]!;
    running.cached = past + ids.length;
    if (running.cached < text.ids.length) return false;
    this.#exchange(slot, this.#decoding);
    this.#decoding++;
    return true;
  }

  /** A plan's decode was run: one more token of each is in its slot. Once more for every guess that was right. */
  decoded(plan: Plan<T>): void {
    for (const slot of plan.decode.keys()) this.#running[slot]!.cached++;
  }

  /** Forgets a text, wherever it is; what it left in its slot stays for others. */
  remove(text: T): void {
    const waiting = this.#waiting.indexOf(text);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    const slot = this.#running.findIndex((running) => running.text === text);
    if (slot >= 0) this.#release(slot);
  }

  /** The next text that could run: highest priority, then first come; its leader's prompt must have been read. */
  #next(): T | undefined {
    const ready = this.#waiting.filter(({ leader }) => !leader || this.#isRead(leader as T));
    const isFree = this.#running.length < this.#memory.slots;
    if (isFree && ready[0] && this.#admissions % agedEvery === agedEvery - 1) {
      this.#spared.add(ready[0]);
      return ready[0];
    }
    return ready.reduce<T | undefined>(
      (best, text) => (best && best.priority >= text.priority ? best : text),
      undefined,
    );
  }

  #isRead(leader: T): boolean {
    const slot = this.#running.findIndex(({ text }) => text === leader);
    return slot >= 0 ? slot < this.#decoding : !this.#waiting.includes(leader);
  }

  /** Whether there is a slot and memory for a text, if need be after less important ones have lost theirs. */
  #findPlace(text: T): boolean {
    while (this.#running.length === this.#memory.slots || !this.#fits(text)) {
      if (!this.#preemptFor(text)) return false;
    }
    return true;
  }

  /** Whether running texts and this one have memory for a while. Alone each text has. */
  #fits(text: T): boolean {
    if (this.#running.length === 0) return true;
    const { tokens, capacity } = this.#memory;
    const texts = [...this.#running.map((running) => running.text), text];
    return texts.reduce((sum, { ids }) => sum + Math.min(capacity, ids.length + roomAhead), 0) <= tokens;
  }

  /** Sends the least important, youngest text back to wait, if it matters less. */
  #preemptFor({ priority }: T): boolean {
    const victim = lastOf(
      this.#running.filter(({ text }) => text.priority < priority && !this.#spared.has(text)),
    );
    if (!victim) return false;
    this.#spared.add(victim.text);
    this.#preempt(victim);
    return true;
  }

  /** It is computed again later. */
  #preempt(victim: Running<T>): void {
    this.#release(this.#running.indexOf(victim));
    this.#waiting.unshift(victim.text);
  }

  /** Before a step writes its tokens; false: a text lost its place for it. */
  #makeMemoryFor({ prefill, decode }: Plan<T>): boolean {
    const memory = this.#memory;
    const fresh = decode.length + (prefill?.ids.length ?? 0);
    const isFull = () => memory.heldTokens + fresh > memory.tokens;
    if (!isFull()) return true;
    for (let slot = 0; slot < memory.slots; slot++) memory.release(slot, this.#tokensIn(slot));
    while (isFull() && this.#forgetOldest());
    if (!isFull() || this.#running.length < 2) return true;
    this.#preempt(lastOf(this.#running)!);
    return false;
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

  /** Puts a text behind the running ones, with as much of its prompt as some slot holds already. */
  #place(text: T): number {
    const slot = this.#running.length;
    const { from, tokens } = this.#bestStart(text);
    if (from === undefined) this.#makeRoom(slot);
    else if (from < slot) {
      this.#makeRoom(slot);
      this.#memory.copy!(from, slot, tokens);
    } else this.#goOnFrom(from, slot, tokens);
    this.#left[slot] = nothing;
    this.#running.push({ text, cached: tokens, admittedAt: this.#admissions++ });
    return tokens;
  }

  /** Takes over what an earlier text left; a copy of it, if much would be lost and something older can go instead. */
  #goOnFrom(from: number, slot: number, tokens: number): void {
    const lost = this.#left[from]!.ids.length - tokens;
    const oldest = this.#oldestLeft(slot);
    if (!this.#memory.copy || lost <= worthKeeping || oldest === from) return this.#exchangeLeft(from, slot);
    this.#makeRoom(slot);
    // A copy has been kept of what lay here, and its beginning is where it is wanted.
    if (from !== slot) this.#memory.copy(from, slot, tokens);
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
    return { ids: text.ids.slice(0, cached), scope: text.scope, usedAt: this.#admissions };
  }

  /** Frees a slot behind the running ones at the cost of what was used longest ago. */
  #makeRoom(slot: number): void {
    const oldest = this.#oldestLeft(slot);
    if (!this.#memory.copy) return this.#exchangeLeft(oldest, slot);
    if (oldest === slot) return;
    const kept = this.#left[slot]!;
    if (kept.ids.length > 0) this.#memory.copy(slot, oldest, kept.ids.length);
    this.#left[oldest] = kept;
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

  /** Takes a running text out of its slot without leaving a hole among the others. */
  #release(slot: number): void {
    let at = slot;
    if (at < this.#decoding) {
      this.#exchange(at, this.#decoding - 1);
      at = --this.#decoding;
    }
    const last = this.#running.length - 1;
    this.#exchange(at, last);
    const { text, cached } = this.#running.pop()!;
    this.#left[last] = { ids: text.ids.slice(0, cached), scope: text.scope, usedAt: this.#admissions };
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

/** By priority, then first come. */
const isBefore = (a: Running<Schedulable>, b: Running<Schedulable>): boolean =>
  a.text.priority > b.text.priority || (a.text.priority === b.text.priority && a.admittedAt < b.admittedAt);

/** The least important, youngest one. */
const lastOf = <T extends Schedulable>(running: ReadonlyArray<Running<T>>): Running<T> | undefined =>
  running.reduce<Running<T> | undefined>((a, b) => (a && !isBefore(a, b) ? a : b), undefined);

const commonLength = (a: readonly number[], b: readonly number[], most: number): number => {
  const end = Math.min(a.length, b.length, most);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
};
