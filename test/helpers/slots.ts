/** The scheduler without a model: slots that hold token ids, and texts whose next token follows from all before it. */
import { type Plan, Scheduler } from '../../src/runner/generate/scheduler.js';
import type { Schedulable, SlotMemory } from '../../src/runner/generate/slot-table.js';

export interface FakeText extends Schedulable {
  readonly ids: number[];
  readonly promptTokens: number;
  readonly newTokens: number;
  /** Of its prompt, when it first came in. */
  reused?: number;
}

/** Any change of any token before it changes it. */
const nextToken = (ids: readonly number[]): number =>
  ids.reduce((hash, id) => (hash * 31 + id + 7) % 1009, 1);

/** What it says when nothing else runs. */
export const saysAlone = (prompt: readonly number[], newTokens: number): number[] => {
  const ids = [...prompt];
  for (let i = 0; i < newTokens; i++) ids.push(nextToken(ids));
  return ids;
};

export const textOf = (
  prompt: readonly number[],
  { newTokens = 4, scope = 'ann', priority = 0, sharedTokens = 0, leader }: Partial<FakeText> = {},
): FakeText => ({
  ...{ ids: [...prompt], promptTokens: prompt.length },
  ...{ newTokens, scope, priority, sharedTokens, leader },
});

const neverWritten = -1;

/** What slots may be made of. */
export const kinds = ['one memory', 'memories of their own', 'memories that cannot be copied'] as const;

/** Slots as stores keep them: what lies behind the tokens that count is anything. */
class Memory implements SlotMemory {
  readonly slots: number;
  readonly capacity: number;
  readonly tokens: number;
  readonly contents: number[][];
  readonly swaps: boolean;
  readonly copy: SlotMemory['copy'];

  constructor({ slots, kind, capacity, tokens }: Required<BenchOptions>) {
    this.slots = slots;
    this.capacity = capacity;
    this.tokens = tokens;
    this.contents = Array.from({ length: slots }, () => []);
    this.swaps = kind !== 'one memory';
    this.copy =
      kind === 'memories that cannot be copied'
        ? undefined
        : (from, to, tokens) => this.write(to, 0, this.contents[from]!.slice(0, tokens));
  }

  get heldTokens(): number {
    return this.contents.reduce((sum, { length }) => sum + length, 0);
  }

  release(slot: number, tokens: number): void {
    this.contents[slot]!.splice(tokens);
  }

  exchange(a: number, b: number, tokensA: number, tokensB: number): void {
    const tokens = Math.max(tokensA, tokensB);
    const firstOf = (slot: number) =>
      Array.from({ length: tokens }, (_, i) => this.contents[slot]![i] ?? neverWritten);
    const [first, second] = [firstOf(a), firstOf(b)];
    this.write(a, 0, second);
    this.write(b, 0, first);
  }

  write(slot: number, past: number, ids: readonly number[]): void {
    this.contents[slot]!.splice(past, ids.length, ...ids);
  }
}

interface BenchOptions {
  readonly slots: number;
  readonly kind?: (typeof kinds)[number];
  readonly capacity?: number;
  /** Of all slots together. */
  readonly tokens?: number;
}

/** Steps the scheduler as the engine does; every run must find in its slots what it goes on from, and room for the rest. */
export class SlotBench {
  readonly scheduler: Scheduler<FakeText>;
  readonly memory: Memory;
  readonly finished: FakeText[] = [];

  constructor({ slots, kind = 'one memory', capacity = 8192, tokens = slots * capacity }: BenchOptions) {
    this.memory = new Memory({ slots, kind, capacity, tokens });
    this.scheduler = new Scheduler(this.memory);
  }

  add(...texts: readonly FakeText[]): void {
    for (const text of texts) this.scheduler.add(text);
  }

  step(prefillTokens = 1000): Plan<FakeText> {
    for (const { text, reused } of this.scheduler.admit()) text.reused ??= reused;
    const plan = this.scheduler.plan(() => prefillTokens);
    const fresh = plan.decode.length + (plan.prefill?.ids.length ?? 0);
    expect(this.memory.heldTokens + fresh).toBeLessThanOrEqual(this.memory.tokens);
    if (plan.prefill) {
      const { text, slot, ids, past } = plan.prefill;
      this.#run(slot, text.ids.slice(0, past), ids);
      if (this.scheduler.prefilled(plan.prefill)) this.#draw(text);
    }
    for (const [slot, text] of plan.decode.entries())
      this.#run(slot, text.ids.slice(0, -1), text.ids.slice(-1));
    this.scheduler.decoded(plan);
    for (const text of plan.decode) this.#draw(text);
    return plan;
  }

  finish(prefillTokens?: number): void {
    for (let steps = 0; !this.scheduler.idle; steps++) {
      if (steps > 20_000) throw new Error('the texts do not come to an end');
      this.step(prefillTokens);
    }
  }

  #run(slot: number, past: readonly number[], ids: readonly number[]): void {
    expect(this.memory.contents[slot]!.slice(0, past.length)).toEqual(past);
    this.memory.write(slot, past.length, ids);
  }

  #draw(text: FakeText): void {
    text.ids.push(nextToken(text.ids));
    if (text.ids.length < text.promptTokens + text.newTokens) return;
    this.scheduler.remove(text);
    this.finished.push(text);
  }
}
