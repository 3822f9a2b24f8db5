/** Where requests of a minute are counted: in this process, or in Redis for all of them. */
import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { systemClock } from '../metering/clock.js';
import type { RedisLink, RedisReply } from '../redis.js';

/** What the counters need to know of `express-rate-limit`'s options. */
type Terms = Pick<Options, 'windowMs'>;

/** Hits so far, and when they begin again. */
interface Count extends ClientRateLimitInfo {
  readonly resetTime: Date;
}

interface Window {
  hits: number;
  /** On a clock that nobody sets: by a wall clock that is set back an hour, a minute would last an hour. */
  readonly endsAt: number;
}

/** `express-rate-limit`'s own store hands out the live counter, which others raise before it is read. */
export class LocalStore implements Store {
  readonly localKeys = true;
  /** By key, in the order in which they began. */
  readonly #windows = new Map<string, Window>();
  readonly #mostWindows: number;
  #windowMs = 0;

  /** Beyond so many windows the oldest is forgotten. */
  constructor(mostWindows = Number.POSITIVE_INFINITY) {
    this.#mostWindows = mostWindows;
  }

  init({ windowMs }: Terms): void {
    this.#windowMs = windowMs;
  }

  increment(key: string): Count {
    const now = this.#dropEnded();
    const window = this.#windows.get(key) ?? { hits: 0, endsAt: now + this.#windowMs };
    window.hits++;
    this.#windows.set(key, window);
    if (this.#windows.size > this.#mostWindows) this.#windows.delete(this.#windows.keys().next().value!);
    return { totalHits: window.hits, resetTime: new Date(Date.now() + Math.round(window.endsAt - now)) };
  }

  decrement(key: string): void {
    this.#dropEnded();
    const window = this.#windows.get(key);
    if (window) window.hits--;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  /** Returns the time. */
  #dropEnded(): number {
    const now = systemClock.now();
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt > now) break;
      this.#windows.delete(key);
    }
    return now;
  }
}

/**
 * Counts in Redis while it is there. What it counts is counted here too, so that a process that goes on alone knows what
 * it let through.
 */
export class SharedStore implements Store {
  readonly #local: LocalStore;
  readonly #shared: RedisStore;
  readonly #link: RedisLink;

  constructor(link: RedisLink, name: string, mostWindows?: number) {
    this.#link = link;
    this.#local = new LocalStore(mostWindows);
    this.#shared = new RedisStore({
      prefix: `taskwire:rate:${name}:`,
      sendCommand: (command, ...args) => link.command(command, ...args) as Promise<RedisReply & string>,
    });
  }

  init(terms: Terms): void {
    this.#local.init(terms);
    // Each server is told the store's scripts anew; while there is none, nothing is.
    this.#link.onBack(() => void this.#shared.init(terms as Options).catch(() => {}));
  }

  async increment(key: string): Promise<Count> {
    const here = this.#local.increment(key);
    if (!this.#link.isThere) return here;
    return this.#shared.increment(key).then(
      ({ totalHits, resetTime = here.resetTime }) => ({ totalHits, resetTime }),
      () => here,
    );
  }

  async decrement(key: string): Promise<void> {
    this.#local.decrement(key);
    if (this.#link.isThere) await this.#shared.decrement(key).catch(() => {});
  }

  async resetKey(key: string): Promise<void> {
    this.#local.resetKey(key);
    if (this.#link.isThere) await this.#shared.resetKey(key).catch(() => {});
  }
}
