/** Time that stands still until a test moves it. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/metering/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Lets whatever can run without time passing do so. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
};

export class FakeClock implements Clock {
  #now = 1_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many callbacks wait; a leak shows here. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on; what falls due runs in order of time, each with all that it sets in motion. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#timers.delete(due);
      this.#now = due.at;
      due.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
