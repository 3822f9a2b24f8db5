/** Remembers for ten minutes which inputs ended two runners, so that they do not end a third. */
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import type { Clock } from '../metering/clock.js';

const rememberMs = 10 * 60_000;

export class Quarantine {
  readonly #until = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(modelKey: string, input: unknown, params: unknown): void {
    this.#until.set(digest(modelKey, input, params), this.#clock.now() + rememberMs);
  }

  /** Hashes only while something is in quarantine: an ordinary request pays nothing. */
  has(modelKey: string, input: unknown, params: unknown): boolean {
    for (const [key, until] of this.#until) if (until <= this.#clock.now()) this.#until.delete(key);
    return this.#until.size > 0 && this.#until.has(digest(modelKey, input, params));
  }
}

const digest = (modelKey: string, input: unknown, params: unknown): string =>
  createHash('sha256')
    .update(modelKey)
    .update('\0')
    .update(serialize([input, params]))
    .digest('base64');
