/** One connection to Redis, for what several processes share. Nothing ever waits long for it: callers do without. */
import { Redis } from 'ioredis';
import type { Logger } from 'pino';

export type RedisReply = boolean | number | string | readonly RedisReply[];

const commandTimeoutMs = 500;
const mostReconnectMs = 2_000;

export class RedisLink {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #onBack: Array<() => void> = [];
  #isThere = false;
  #saidGone = false;

  constructor(url: string, log: Logger) {
    this.#log = log;
    this.#redis = new Redis(url, {
      // A command that cannot be sent now fails now; one that was sent is never repeated, or it would count twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: commandTimeoutMs,
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
    return (await this.#redis.call(name, ...args)) as RedisReply;
  }

  /** A value that may hold any bytes; `undefined` when there is none. */
  async bytes(key: string): Promise<Buffer | undefined> {
    return (await this.#redis.getBuffer(key)) ?? undefined;
  }

  close(): void {
    this.#redis.disconnect();
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
