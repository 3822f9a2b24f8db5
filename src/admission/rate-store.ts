/** Where requests of a minute are counted: in this process, or in Redis for all of them. */
import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import type { RedisLink, RedisReply } from '../redis.js';

interface Window {
  hits: number;
  readonly resetTime: Date;
}

/** `express-rate-limit`'s own store hands out the live counter, which others raise before it is read. */
export class LocalStore implements Store {
  readonly localKeys = true;
  /** By key, in the order in which they began. */
  readonly #windows = new Map<string, Window>();
  #windowMs = 0;

  init({ windowMs }: Options): void {
    this.#windowMs = windowMs;
  }

  increment(key: string): ClientRateLimitInfo {
    this.#dropEnded();
    const window = this.#windows.get(key) ?? { hits: 0, resetTime: new Date(Date.now() + this.#windowMs) };
    window.hits++;
    this.#windows.set(key, window);
    return { totalHits: window.hits, resetTime: window.resetTime };
  }

  decrement(key: string): void {
    this.#dropEnded();
    const window = this.#windows.get(key);
    if (window) window.hits--;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  #dropEnded(): void {
    const now = Date.now();
    for (const [key, { resetTime }] of this.#windows) {
      if (resetTime.getTime() > now) return;
      this.#windows.delete(key);
    }
  }
}

/**
 * Counts in Redis while it is there. What it counts is counted here too, so that a process that goes on alone knows what
 * it let through.
 */
export class SharedStore implements Store {
  readonly #local = new LocalStore();
  readonly #shared: RedisStore;
  readonly #link: RedisLink;

  constructor(link: RedisLink, name: string) {
    this.#link = link;
    this.#shared = new RedisStore({
      prefix: `taskwire:rate:${name}:`,
      sendCommand: (command, ...args) => link.command(command, ...args) as Promise<RedisReply & string>,
    });
  }

  init(options: Options): void {
    this.#local.init(options);
    // Each server is told the store's scripts anew; while there is none, nothing is.
    this.#link.onBack(() => void this.#shared.init(options).catch(() => {}));
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    const here = this.#local.increment(key);
    if (!this.#link.isThere) return here;
    return this.#shared.increment(key).catch(() => here);
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
