/**
 * Requests that may be sent again under one key (`Idempotency-Key`): the first one runs, the others get its answer, also
 * from another process and after a restart.
 */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { gunzip, gzip } from 'node:zlib';
import type { Logger } from 'pino';
import { TaskwireError } from '../errors.js';
import { type Clock, pause } from '../metering/clock.js';
import type { Store } from '../store/store.js';

export interface IdempotentRequest {
  readonly account: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Aborted when its client leaves. */
  readonly signal: AbortSignal;
  /** How long it waits for another that runs. */
  readonly waitMs: number;
}

export type Turn =
  | { readonly state: 'done'; readonly answer: unknown }
  | { readonly state: 'first'; keep(answer: unknown): Promise<void>; free(): Promise<void> };

export interface IdempotencyOptions {
  readonly store: Pick<Store, 'idempotency'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const dayMs = 86_400_000;
/** A claim that is not extended for so long is of a process that has died. */
const leaseMs = 30_000;
const extendMs = 10_000;
const pollMs = 100;
const forgetMs = 600_000;
/** Compressed: some 100,000 vectors of text. */
const maxAnswerBytes = 32 * 2 ** 20;

export class Idempotency {
  readonly #options: IdempotencyOptions;
  readonly #now: () => number;
  #forgottenAt = 0;

  constructor(options: IdempotencyOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Throws `idempotency_mismatch` when the key belongs to another request. */
  async take(request: IdempotentRequest): Promise<Turn> {
    const { store, clock } = this.#options;
    const { account, key, fingerprint, signal, waitMs } = request;
    const claim = randomUUID();
    const until = clock.now() + waitMs;
    this.#forget();
    for (;;) {
      const now = this.#now();
      const claimed = { account, key, fingerprint, claim, now, until: now + leaseMs };
      const found = await store.idempotency.begin(claimed);
      if (found.state === 'first') return this.#run({ account, key, claim });
      if (found.state === 'done') return { state: 'done', answer: await unpack(found.kept) };
      if (found.state === 'mismatch') throw new TaskwireError('idempotency_mismatch', { got: key });
      signal.throwIfAborted();
      if (clock.now() >= until)
        throw new TaskwireError('deadline_exceeded', {
          message: 'Another request under the same Idempotency-Key is still running.',
        });
      await pause(clock, pollMs, signal);
    }
  }

  #run(claim: { readonly account: string; readonly key: string; readonly claim: string }): Turn {
    const { store, log, clock } = this.#options;
    const failed = (err: unknown) => log.error({ event: 'idempotency_failed', err });
    let cancel = () => {};
    const extend = () => {
      cancel = clock.after(extendMs, () => {
        store.idempotency.extend({ ...claim, until: this.#now() + leaseMs }).catch(failed);
        extend();
      });
    };
    extend();
    return {
      state: 'first',
      keep: async (answer) => {
        const packed = await pack(answer);
        if (packed.length > maxAnswerBytes) return;
        await store.idempotency.keep({ ...claim, answer: packed, until: this.#now() + dayMs });
        // Whoever reads it, however slowly, there is no claim to extend any more.
        cancel();
      },
      async free() {
        cancel();
        await store.idempotency.free(claim).catch(failed);
      },
    };
  }

  #forget(): void {
    const now = this.#now();
    if (now - this.#forgottenAt < forgetMs) return;
    this.#forgottenAt = now;
    const { store, log } = this.#options;
    store.idempotency.forget(now).catch((err) => log.error({ event: 'idempotency_failed', err }));
  }
}

/** Vectors compress little, JSON and text well. */
const pack = async (answer: unknown): Promise<string> =>
  (await promisify(gzip)(serialize(answer), { level: 1 })).toString('base64');

const unpack = async (packed: string): Promise<unknown> =>
  deserialize(await promisify(gunzip)(Buffer.from(packed, 'base64')));
