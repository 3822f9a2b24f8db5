/**
 * Which text runs when, and what the next step computes. Knows tokens and slots; nothing of models. Which of them is in
 * which slot is the slot table's (`slot-table.ts`).
 *
 * Each slot takes the longest text, but all together may hold fewer tokens than that. Where a step needs memory, what
 * ended texts left goes first, then the youngest texts wait until the others have ended, and are computed again.
 */
import { type Running, type Schedulable, type SlotMemory, SlotTable } from './slot-table.js';

export interface Plan<T> {
  /** Tokens of one text to read: `ids` behind `past`. */
  readonly prefill:
    | { readonly text: T; readonly slot: number; readonly ids: readonly number[]; readonly past: number }
    | undefined;
  /** Text i is in slot i and gets one token. */
  readonly decode: readonly T[];
}

export interface Admitted<T> {
  readonly text: T;
  /** Tokens of the prompt that were there already. */
  readonly reused: number;
}

/** Room that a text must find for what it is going to say, in tokens. */
const roomAhead = 32;
/** Every so many admissions goes to who has waited longest, whatever its priority. */
const agedEvery = 8;

export class Scheduler<T extends Schedulable> {
  readonly #memory: SlotMemory;
  readonly #slots: SlotTable<T>;
  readonly #waiting: T[] = [];
  /** Lost their place once to a more important text, or waited for long: nobody takes it from them again. */
  readonly #spared = new WeakSet<T>();

  constructor(memory: SlotMemory) {
    this.#memory = memory;
    this.#slots = new SlotTable(memory);
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#running.length === 0;
  }

  get counts(): { readonly waiting: number; readonly running: number; readonly decoding: number } {
    const { running, decoding } = this.#slots;
    return { waiting: this.#waiting.length, running: running.length, decoding };
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
      admitted.push({ text: next, reused: this.#slots.place(next) });
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
    const { decoding } = this.#slots;
    const decode = this.#running.slice(0, decoding).map(({ text }) => text);
    const reading = this.#running.slice(decoding);
    if (reading.length === 0) return { prefill: undefined, decode };
    const first = reading.reduce((a, b) => (isBefore(b, a) ? b : a));
    const { text, cached } = first;
    const ids = text.ids.slice(cached, cached + prefillTokens(decoding));
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
    this.#slots.beginDecoding(slot);
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
    if (slot >= 0) this.#slots.leave(slot);
  }

  get #running(): ReadonlyArray<Running<T>> {
    return this.#slots.running;
  }

  get #isFull(): boolean {
    return this.#running.length === this.#memory.slots;
  }

  /** The next text that could run: highest priority, then first come; its leader's prompt must have been read. */
  #next(): T | undefined {
    const ready = this.#waiting.filter(({ leader }) => !leader || this.#isRead(leader as T));
    if (!this.#isFull && ready[0] && this.#slots.placed % agedEvery === agedEvery - 1) {
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
    return slot >= 0 ? slot < this.#slots.decoding : !this.#waiting.includes(leader);
  }

  /** Whether there is a slot and memory for a text, if need be after less important ones have lost theirs. */
  #findPlace(text: T): boolean {
    while (this.#isFull || !this.#fits(text)) {
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
    this.#slots.leave(this.#running.indexOf(victim));
    this.#waiting.unshift(victim.text);
  }

  /** Before a step writes its tokens; false: a text lost its place for it. */
  #makeMemoryFor({ prefill, decode }: Plan<T>): boolean {
    const fresh = decode.length + (prefill?.ids.length ?? 0);
    if (this.#slots.makeMemoryFor(fresh) || this.#running.length < 2) return true;
    this.#preempt(lastOf(this.#running)!);
    return false;
  }
}

/** By priority, then first come. */
const isBefore = (a: Running<Schedulable>, b: Running<Schedulable>): boolean =>
  a.text.priority > b.text.priority || (a.text.priority === b.text.priority && a.admittedAt < b.admittedAt);

/** The least important, youngest one. */
const lastOf = <T extends Schedulable>(running: ReadonlyArray<Running<T>>): Running<T> | undefined =>
  running.reduce<Running<T> | undefined>((a, b) => (a && !isBefore(a, b) ? a : b), undefined);
