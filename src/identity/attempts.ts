/** How often somebody may try to come in: log-in and sign-up have a rate of their own, whether or not the e-mail is known. */
import { createHash } from 'node:crypto';
import type { LocalStore, SharedStore } from '../admission/rate-store.js';
import { TaskwireError } from '../errors.js';

const windowMs = 10 * 60_000;
/** Of one e-mail from anywhere, and of one address with any e-mails. */
const mostPerEmail = 10;
const mostPerAddress = 50;
/** Counters that a process keeps; the oldest is forgotten first. */
export const mostAttemptCounters = 50_000;

export class Attempts {
  readonly #counters: LocalStore | SharedStore;

  constructor(counters: LocalStore | SharedStore) {
    this.#counters = counters;
    counters.init({ windowMs });
  }

  /** Counts one. Throws `rate_limited` when there were too many within ten minutes. */
  async count(email: string, address: string): Promise<void> {
    // First, so that an address that is over its own rate takes up no counters.
    await this.#count(`address ${address}`, mostPerAddress);
    await this.#count(emailKey(email), mostPerEmail);
  }

  /** Who came in has not been guessing. */
  async forget(email: string): Promise<void> {
    await this.#counters.resetKey(emailKey(email));
  }

  async #count(key: string, most: number): Promise<void> {
    const { totalHits, resetTime } = await this.#counters.increment(key);
    if (totalHits <= most) return;
    const leftMs = resetTime.getTime() - Date.now();
    throw new TaskwireError('rate_limited', {
      message: 'Too many attempts.',
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
    });
  }
}

/** Nobody who looks into the counters reads who logs in. */
const emailKey = (email: string): string => `email ${createHash('sha256').update(email).digest('base64url')}`;
