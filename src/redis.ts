/** One connection to Redis, for what several processes share. Nothing ever waits long for it: callers do without. */
import { Redis } from 'ioredis';
import type { Logger } from 'pino';

export type RedisReply = boolean | number | string | readonly RedisReply[];

/** An answer is waited for so many times so long. */
const mostTurns = 10;
const turnMs = 100;
const mostReconnectMs = 2_000;

/**
 * In turns, since a single timer that is late fires before what has come meanwhile is read: a process that was busy (or
 * stopped) for a second would take a Redis that has answered for one that is gone, and count by itself.
 */
const inTime = <T>(answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const wait = (turns: number) => {
      if (turns === 0) reject(new Error('Redis does not answer.'));
      else timer = setTimeout(wait, turnMs, turns - 1);
    };
    wait(mostTurns);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

export class RedisLink {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #onBack: Array<() => void> = [];
  readonly #listeners: Redis[] = [];
  #isThere = false;
  #saidGone = false;

  constructor(url: string, log: Logger) {
    this.#log = log;
    this.#redis = new Redis(url, {
      // A command that cannot be sent now fails now; one that was sent is never repeated, or it would count twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(mostReconnectMs, 100 * attempt),
    });
    this.#redis.on('ready', () => this.#back());
    this.#redis.on('close', () => this.#gone());
    this.#redis.on('error', (error) => this.#gone(error));
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Calls back each time that the connection is there, which may be another server's with nothing in it. */
  onBack(callback: () => void): void {
    this.#onBack.push(callback);
    if (this.#isThere) callback();
  }

  /** Rejects at once while there is no connection. */
  async command(name: string, ...args: Array<string | Buffer | number>): Promise<RedisReply> {
    return (await inTime(this.#redis.call(name, ...args))) as RedisReply;
  }

  /** A value that may hold any bytes; `undefined` when there is none. */
  async bytes(key: string): Promise<Buffer | undefined> {
    return (await inTime(this.#redis.getBuffer(key))) ?? undefined;
  }

  /** What processes tell each other, without content; who is not connected at the moment misses it. */
  topic(name: string) {
    return {
      tell: async (): Promise<void> => void (await inTime(this.#redis.publish(name, '')).catch(() => {})),
      hear: (told: () => void): void => {
        // A connection that listens takes no other commands.
        const listener = this.#redis.duplicate({ autoResubscribe: false });
        this.#listeners.push(listener);
        listener.on('ready', () => void listener.subscribe(name).catch(() => {}));
        listener.on('message', told);
        listener.on('error', () => {});
      },
    };
  }

  close(): void {
    for (const connection of [this.#redis, ...this.#listeners]) connection.disconnect();
  }

  #back(): void {
    this.#isThere = true;
    this.#saidGone = false;
    this.#log.info({ event: 'redis_connected' });
    for (const callback of this.#onBack) callback();
  }

  #gone(error?: Error): void {
    this.#isThere = false;
    if (this.#saidGone) return;
    this.#saidGone = true;
    this.#log.warn({ event: 'redis_gone', cause: error?.message }, 'rates are counted by this process alone');
  }
}
