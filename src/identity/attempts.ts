/** How often somebody may try to come in: log-in and sign-up have a rate of their own, whether or not the e-mail is known. */
import { TaskwireError } from '../errors.js';
import type { Clock } from '../metering/clock.js';

const windowMs = 10 * 60_000;
/** Of one e-mail from anywhere, and of one address with any e-mails. */
const mostPerEmail = 10;
const mostPerAddress = 50;
/** Counters kept; the oldest is forgotten first. */
const maxCounters = 50_000;

interface Counter {
  readonly since: number;
  count: number;
}

export class Attempts {
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one. Throws `rate_limited` when there were too many within ten minutes. */
  count(email: string, address: string): void {
    this.#count(`email ${email}`, mostPerEmail);
    this.#count(`address ${address}`, mostPerAddress);
  }

  /** Who came in has not been guessing. */
  forget(email: string): void {
    this.#counters.delete(`email ${email}`);
  }

  #count(name: string, most: number): void {
    const now = this.#clock.now();
    const kept = this.#counters.get(name);
    const counter = kept && now - kept.since < windowMs ? kept : { since: now, count: 0 };
    if (counter !== kept) this.#counters.delete(name); // the newest stand last
    this.#counters.set(name, counter);
    if (this.#counters.size > maxCounters) this.#counters.delete(this.#counters.keys().next().value!);
    counter.count++;
    if (counter.count > most)
      throw new TaskwireError('rate_limited', {
        message: 'Too many attempts.',
        retryAfterSeconds: Math.max(1, Math.ceil((counter.since + windowMs - now) / 1000)),
      });
  }
}
