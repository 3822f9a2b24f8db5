/** Answers that come later: the request is queued at once, its result sent to an address when it is there. */
import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { TaskwireError } from '../errors.js';
import type { Answer } from '../http/json-answer.js';
import { type Admitted, type Call, collect, infer, type Path, type Reply } from '../infer.js';
import { type Face, prepend } from './exchange.js';
import { emptyStatus } from './inference-status.js';

export interface PostUrl {
  check(url: string, param: string): Promise<void>;
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number>;
}

interface Later {
  readonly call: Call;
  readonly path: Path;
  readonly face: Face;
}

/** Results are held in memory until they are taken, or given up. */
const maxPending = 1_000;
/** As long as a try that nobody answers. */
const retryAfterSeconds = 10;

/** Before the second try and those after it. */
const defaultPausesMs = [1_000, 5_000, 25_000];

export class Webhooks {
  readonly #postUrl: PostUrl;
  readonly #log: Logger;
  readonly #pausesMs: readonly number[];
  readonly #pending = new Set<Promise<void>>();

  constructor(postUrl: PostUrl, log: Logger, pausesMs: readonly number[] = defaultPausesMs) {
    this.#postUrl = postUrl;
    this.#log = log;
    this.#pausesMs = pausesMs;
  }

  /** The answer for now. `authorization`: the caller's credential, with which what is sent gets signed. */
  async queue({ call, path, face }: Later, address: string, authorization: string): Promise<Answer> {
    if (secretOf(authorization) === '') throw unsigned();
    if (this.#pending.size >= maxPending) throw new TaskwireError('overloaded', { retryAfterSeconds });
    await this.#postUrl.check(address, 'webhook');
    const replies = infer(call, path);
    // What can be refused is refused in the answer.
    const first = await replies.next();
    if (first.done) throw new Error('a request ended before it was admitted: this is a bug');
    const result = resultOf(call, prepend(first.value as Admitted, replies), face);
    this.#keep(
      result.then((body) =>
        this.#deliver(address, JSON.stringify(body, asArrays), call.id, secretOf(authorization)),
      ),
    );
    return { request_id: call.id, inference_status: emptyStatus('queued') };
  }

  /** Resolves when everything that was promised is sent, or given up. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #keep(work: Promise<void>): void {
    const kept = work.catch((error) => {
      this.#log.error({ event: 'webhook_failed', err: error }, 'a result could not be sent');
    });
    this.#pending.add(kept);
    void kept.finally(() => this.#pending.delete(kept));
  }

  async #deliver(address: string, body: string, id: string, secret: string): Promise<void> {
    for (const pauseMs of [0, ...this.#pausesMs]) {
      if (pauseMs > 0) await setTimeout(pauseMs, undefined, { ref: false });
      const outcome = await this.#try(address, body, { id, secret });
      if (outcome === 'delivered') return;
      this.#log.warn({ event: 'webhook_refused', requestId: id, outcome }, 'a result was not taken');
    }
  }

  async #try(
    address: string,
    body: string,
    { id, secret }: { readonly id: string; readonly secret: string },
  ): Promise<string> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'taskwire',
      'x-request-id': id,
      'x-taskwire-signature': sign(body, secret, Math.floor(Date.now() / 1000)),
    };
    try {
      const status = await this.#postUrl.post(address, body, headers);
      return status >= 200 && status < 300 ? 'delivered' : `status ${status}`;
    } catch (error) {
      return error instanceof TaskwireError ? error.code : 'no connection';
    }
  }
}

/** The time is signed along, so that what was overheard cannot be sent again later. */
const sign = (body: string, secret: string, unixSeconds: number): string =>
  `t=${unixSeconds},v1=${createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')}`;

const unsigned = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'webhook',
    message: 'Results are signed with the key of the request: a webhook needs an Authorization header.',
  });

const secretOf = (authorization: string): string => authorization.replace(/^bearer +/i, '').trim();

const resultOf = async (call: Call, replies: AsyncIterable<Reply>, face: Face): Promise<object> => {
  try {
    return face.render(await collect(replies));
  } catch (caught) {
    const error = TaskwireError.from(caught);
    return {
      ...face.renderError(error, call.id),
      request_id: call.id,
      inference_status: emptyStatus('failed'),
    };
  }
};

const asArrays = (_key: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
