/** Lets so many go at once; the others wait in line. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Set within work that goes before the line. Pipelines stand between who says so and the run: they need not know. */
const first = new AsyncLocalStorage<true>();

export const goFirst = <T>(work: () => T): T => first.run(true, work);

export class Turns {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async take<T>(go: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting[first.getStore() ? 'unshift' : 'push'](resolve));
    try {
      return await go();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
