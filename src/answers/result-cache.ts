/**
 * Identical requests of one account on one model share one run, or get the answer that was given before. Stands before the
 * engine and tells the same events.
 */
import { deserialize, serialize } from 'node:v8';
import type { Engine } from '../engine/engine.js';
import { addUsage, type Event, type Job, type Usage } from '../job.js';
import type { Clock } from '../metering/clock.js';
import type { RedisLink } from '../redis.js';
import { fingerprintOf } from './fingerprint.js';

type Kept = Extract<Event, { type: 'delta' | 'result' }>;

interface Answer {
  readonly events: readonly Kept[];
  readonly usage: Usage;
}

export interface ResultCacheOptions {
  readonly engine: Pick<Engine, 'run' | 'revision'>;
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Where other processes find what this one has answered. */
  readonly redis: RedisLink | undefined;
}

/** One answer may take this part of the memory. */
const largestShare = 1 / 4;
/** Redis serves others while it takes an answer. */
const maxRedisBytes = 2 ** 20;
const redisSeconds = 3_600;

export class ResultCache {
  readonly #options: ResultCacheOptions;
  /** Serialized answers by fingerprint, least recently used first. */
  readonly #answers = new Map<string, Buffer>();
  #bytes = 0;
  readonly #keys = new WeakMap<Job, Promise<string>>();
  /** Runs under way by fingerprint; each resolves when it has ended, well or not. */
  readonly #flights = new Map<string, Promise<void>>();

  constructor(options: ResultCacheOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The answer of a job that was run before, if it is kept; it costs nothing. */
  async find(job: Job): Promise<AsyncGenerator<Event, void, void> | undefined> {
    const known = job.repeatable ? await this.#find(await this.#keyOf(job)) : undefined;
    return known && this.#tell(known, job);
  }

  /** Runs a job as the engine does; see `Lane.run`. */
  async *run(job: Job): AsyncGenerator<Event, void, void> {
    if (!job.repeatable) {
      yield* this.#options.engine.run(job);
      return;
    }
    const key = await this.#keyOf(job);
    const land = await this.#takeOff(key, job);
    try {
      const known = await this.#find(key);
      if (!known) yield* this.#runAndKeep(key, job);
      else {
        land();
        yield* this.#tell(known, job);
      }
    } finally {
      land();
    }
  }

  #keyOf(job: Job): Promise<string> {
    const known = this.#keys.get(job);
    if (known) return known;
    const key = fingerprintOf(job, this.#options.engine.revision(job.model, job.runnerOwner));
    this.#keys.set(job, key);
    return key;
  }

  /**
   * Waits until nobody else runs the same. A stream does not wait, since it would have nothing to tell, and nobody waits for
   * it, since its reader sets its pace.
   */
  async #takeOff(key: string, job: Job): Promise<() => void> {
    if (job.streaming) return () => {};
    for (let other = this.#flights.get(key); other; other = this.#flights.get(key))
      await this.#within(job, other);
    let end = () => {};
    const flight = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#flights.set(key, flight);
    return () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      end();
    };
  }

  /** Throws when the job's client leaves or its deadline passes before. */
  async #within(job: Job, flight: Promise<void>): Promise<void> {
    const { signal } = job;
    let onOver = () => {};
    const over = new Promise<never>((_, reject) => {
      onOver = () => reject(signal.reason);
    });
    if (signal.aborted) onOver();
    else signal.addEventListener('abort', onOver, { once: true });
    await Promise.race([flight, over]).finally(() => signal.removeEventListener('abort', onOver));
  }

  async *#runAndKeep(key: string, job: Job): AsyncGenerator<Event, void, void> {
    job.progress.cache = 'miss';
    const events: Kept[] = [];
    for await (const event of this.#options.engine.run(job)) {
      if (event.type === 'delta' || event.type === 'result') events.push(event);
      yield event;
    }
    this.#keep(key, serialize({ events, usage: job.progress.usage } satisfies Answer));
  }

  async *#tell({ events, usage }: Answer, { progress }: Job): AsyncGenerator<Event, void, void> {
    progress.cache = 'hit';
    progress.startedAt = this.#options.clock.now();
    addUsage(progress.usage, { ...usage, deviceMicros: 0 });
    yield { type: 'accepted' };
    yield* events;
  }

  async #find(key: string): Promise<Answer | undefined> {
    const here = this.#answers.get(key);
    if (here) {
      this.#answers.delete(key);
      this.#answers.set(key, here);
      return deserialize(here) as Answer;
    }
    const { redis } = this.#options;
    if (!redis?.isThere) return undefined;
    const there = await redis.bytes(redisKey(key)).catch(() => undefined);
    if (there) this.#keepHere(key, there);
    return there && (deserialize(there) as Answer);
  }

  #keep(key: string, answer: Buffer): void {
    this.#keepHere(key, answer);
    const { redis } = this.#options;
    if (!redis?.isThere || answer.byteLength > maxRedisBytes) return;
    redis.command('SET', redisKey(key), answer, 'EX', redisSeconds).catch(() => {});
  }

  #keepHere(key: string, answer: Buffer): void {
    const { maxBytes } = this.#options;
    if (answer.byteLength > maxBytes * largestShare) return;
    this.#drop(key);
    this.#answers.set(key, answer);
    this.#bytes += answer.byteLength;
    for (const [oldest] of this.#answers) {
      if (this.#bytes <= maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#answers.get(key)?.byteLength ?? 0;
    this.#answers.delete(key);
  }
}

const redisKey = (key: string): string => `taskwire:answer:${key}`;
