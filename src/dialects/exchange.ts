/** What all dialects do with a request once its fields are found: the call, the path, the answer or the stream. */
import type { Request, Response } from 'express';
import { show, TaskwireError } from '../errors.js';
import { callerOf, contextOf } from '../http/context.js';
import { logError } from '../http/error-handler.js';
import { type Answer, sendAnswer } from '../http/json-answer.js';
import { EventStream, eventText } from '../http/sse.js';
import {
  type Admitted,
  type Call,
  type Collected,
  collect,
  infer,
  type Path,
  type Reply,
  type Settled,
} from '../infer.js';
import { answerOnce, type Once, readIdempotencyKey, type StreamRecord } from './idempotent.js';

/** How a dialect words what comes back. */
export interface Face {
  render(collected: Collected): Answer;
  /** Called once for a stream; the function it returns words each reply as events. */
  stream(admitted: Admitted): (reply: Reply) => ReadonlyArray<object | string>;
  renderError(error: TaskwireError, requestId: string): object;
}

/** What the dialect knows of a call; the rest is the same for all. */
export type Asked = Pick<Call, 'task' | 'model' | 'readFields' | 'streamRoute'> & {
  /** Where the body says it; the header may too. */
  readonly waitForModel?: boolean;
  /** When not the connection's: what is answered later outlives it. */
  readonly lifetime?: AbortController;
};

export const openCall = (req: Request, res: Response, asked: Asked): Call => {
  const { id, lifetime, limitModel } = contextOf(res);
  return {
    ...asked,
    id,
    caller: callerOf(res),
    lifetime: asked.lifetime ?? lifetime,
    limitModel,
    timeoutMs: readTimeout(req.get('x-request-timeout-ms')),
    noStore: /\bno-store\b/i.test(req.get('cache-control') ?? ''),
    waitForModel: asked.waitForModel || req.get('x-wait-for-model')?.toLowerCase() === 'true',
  };
};

export const readModel = (model: unknown): string | undefined => {
  if (model === undefined || model === null) return undefined;
  if (typeof model === 'string' && !model.includes('\0') && model.isWellFormed()) return model;
  const allowed = 'a string without NUL and lone surrogates';
  throw new TaskwireError('invalid_field', { param: 'model', got: show(model), allowed });
};

/** Whether the body asks to wait for a cold model. */
export const readWait = (value: unknown = false): boolean => {
  if (typeof value === 'boolean') return value;
  const allowed = 'a boolean';
  throw new TaskwireError('invalid_field', { param: 'wait_for_model', got: show(value), allowed });
};

/** The longest that a client may ask to wait. */
const maxTimeoutMs = 3_600_000;

const readTimeout = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined;
  const ms = Number(header);
  if (Number.isInteger(ms) && ms >= 1 && ms <= maxTimeoutMs) return ms;
  throw new TaskwireError('invalid_field', {
    param: 'x-request-timeout-ms',
    got: header,
    allowed: `an integer from 1 to ${maxTimeoutMs}`,
  });
};

/** Runs the call and writes its answer. What fails before the first byte is thrown. */
export const exchange = (call: Call, path: Path, res: Response, face: Face): Promise<void> =>
  exchangeBy(call, { path, res }, (one, record) => answerOf(one, { path, res, face, record }));

/** The same for what is run otherwise. With an idempotency key it runs once. */
export const exchangeBy = async (
  call: Call,
  { path, res }: { readonly path: Path; readonly res: Response },
  run: Once['run'],
): Promise<void> => {
  const key = readIdempotencyKey(res.req);
  const { idempotency } = path;
  if (key !== undefined && idempotency) return answerOnce({ key, call, res, idempotency, run });
  const answer = await run(call);
  if (answer !== undefined) await sendAnswer(res, answer);
};

interface Target {
  readonly path: Path;
  readonly res: Response;
  readonly face: Face;
  /** Of a stream that may be asked for again. */
  readonly record: StreamRecord | undefined;
}

/** The answer that is to be sent, or `undefined` when it was a stream and has been. */
const answerOf = async (call: Call, target: Target): Promise<Answer | undefined> => {
  const { face, res, path } = target;
  const replies = infer(call, path);
  const first = await replies.next();
  if (first.done) throw new Error('a request ended before it was admitted: this is a bug');
  const admitted = first.value as Admitted;
  if (admitted.streaming) {
    await stream(call, replies, { ...target, admitted });
    return undefined;
  }
  const collected = await collect(prepend(admitted, replies));
  setFigures(res, collected.settled);
  return face.render(collected);
};

export async function* prepend(first: Reply, rest: AsyncGenerator<Reply>): AsyncGenerator<Reply> {
  yield first;
  yield* rest;
}

const setFigures = (res: Response, settled: Settled): void => {
  const { usage, cache, queueMs, computeMs, costMicroUsd, quotaWarning } = settled;
  const ms = (value: number) => value.toFixed(1);
  res.setHeader('x-compute-time-ms', ms(computeMs));
  res.setHeader('x-queue-time-ms', ms(queueMs));
  res.setHeader('x-gpu-seconds', (usage.deviceMicros / 1e6).toFixed(6));
  res.setHeader('x-cost-usd', (costMicroUsd / 1e6).toFixed(6));
  if (quotaWarning !== undefined) res.setHeader('x-quota-warning', String(quotaWarning));
  res.setHeader('x-cache', cache);
  res.setHeader('server-timing', `queue;dur=${ms(queueMs)}, compute;dur=${ms(computeMs)}`);
};

interface StreamTarget extends Target {
  readonly admitted: Admitted;
}

const stream = async (
  call: Call,
  replies: AsyncIterable<Reply>,
  { res, path, face, record, admitted }: StreamTarget,
): Promise<void> => {
  const events = new EventStream(res);
  const word = face.stream(admitted);
  try {
    for await (const reply of replies) {
      if (reply.type === 'accepted') events.keepAlive();
      const said = word(reply).map(eventText);
      record?.add(said);
      if (reply.type === 'settled') await record?.keep();
      for (const event of said) await events.send(event);
    }
  } catch (caught) {
    const error = TaskwireError.from(caught);
    if (!events.begun) throw error;
    logError(path.log, error, call.id);
    await events.send(face.renderError(error, call.id));
  } finally {
    events.end();
  }
};
