/**
 * THE PATH: the whole life of one request. Dialects parse a `Call` before it and render its replies after it;
 * a unary answer is the collected stream, so both travel the same way.
 */
import type { Logger } from 'pino';
import type { Task } from '../tasks/task.js';
import type { Admission, Bill, Caller, Ending, Outcome } from './admission/admission.js';
import { ownerOfRunner } from './admission/dedicated.js';
import { estimateOf, roomFor } from './admission/estimate.js';
import type { Idempotency } from './answers/idempotency.js';
import type { ResultCache } from './answers/result-cache.js';
import type { Catalogue, Resolved } from './catalogue/catalogue.js';
import type { Engine } from './engine/engine.js';
import { TaskwireError } from './errors.js';
import { permitted } from './identity/scopes.js';
import { type Event, type Job, newProgress, type Progress, type Usage } from './job.js';
import { type FetchUrl, loadMedia } from './media/load-media.js';
import type { Clock } from './metering/clock.js';
import type { RequestObserver } from './metering/metrics.js';
import { validate } from './validate.js';

/** A parsed request: whose, for what, with which fields (under the task's own names). */
export interface Call {
  readonly id: string;
  readonly caller: Caller;
  readonly task: Task;
  readonly model: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The route itself asks for a stream, whatever the fields say. */
  readonly streamRoute: boolean;
  readonly signal: AbortSignal;
  /** Counts it against the model's rate. Throws `rate_limited`. */
  readonly limitModel: (model: Resolved) => Promise<void>;
  /** `undefined`: the default for this kind of request. */
  readonly timeoutMs: number | undefined;
  readonly waitForModel: boolean;
  /** Neither takes an answer that was given before nor leaves its own (`Cache-Control: no-store`). */
  readonly noStore: boolean;
}

export interface Timing {
  /** Until a runner had the first input; the wait for a cold model included. */
  readonly queueMs: number;
  readonly computeMs: number;
}

export interface Settled extends Bill, Timing {
  readonly type: 'settled';
  readonly usage: Usage;
  readonly cache: Progress['cache'];
}

export interface Admitted {
  readonly type: 'admitted';
  readonly request: unknown;
  readonly model: Resolved;
  readonly streaming: boolean;
}

export type Reply = Admitted | Event | Settled;

export interface Path {
  readonly catalogue: Catalogue;
  readonly admission: Admission;
  readonly engine: Pick<Engine, 'run'>;
  /** Stands before the engine, where answers are kept. */
  readonly cache?: Pick<ResultCache, 'find' | 'run'> | undefined;
  /** Keeps answers for requests that are sent again under one key. */
  readonly idempotency?: Idempotency;
  readonly fetchUrl: FetchUrl;
  readonly clock: Clock;
  readonly observer: RequestObserver;
  readonly log: Logger;
}

const unaryTimeoutMs = 60_000;
const streamTimeoutMs = 600_000;

export async function* infer(call: Call, path: Path): AsyncGenerator<Reply, void, void> {
  const { task, caller } = call;
  const progress = newProgress(path.clock.now());
  let outcome: Outcome | TaskwireError = 'cancelled';
  let model: Resolved | undefined;
  let settle: (ending: Ending) => Promise<Bill> = async () => ({ costMicroUsd: 0 });
  let bill: Bill;
  try {
    model = permitted(path.catalogue.resolve(call.model, task), caller);
    await call.limitModel(model);
    const parsed = validate(task.request, call.fields);
    const streaming = call.streamRoute || (task.stream?.asksFor(parsed) ?? false);
    const request = streaming && task.stream ? task.stream.force(parsed) : parsed;
    const media = await loadMedia(task.media, request, path.fetchUrl, call.signal);
    const split = task.split(request, media, roomFor(model, caller.payer));
    const estimate = estimateOf(call.id, { task, model: model.ref, split });
    const timeoutMs = call.timeoutMs ?? (streaming ? streamTimeoutMs : unaryTimeoutMs);
    const { id, signal, waitForModel, noStore } = call;
    const { works, params } = split;
    const job: Job = {
      id,
      account: caller.account,
      priority: caller.payer.plan.priority,
      weight: caller.payer.plan.weight,
      model: model.ref,
      runnerOwner: ownerOfRunner(caller.payer, model.ref.id),
      works,
      params,
      signal,
      timeoutMs,
      repeatable: !noStore && (task.isRepeatable?.(request) ?? true),
      streaming,
      waitForModel,
      progress,
    };
    const kept = await path.cache?.find(job);
    const ticket = await path.admission.admit(
      caller,
      { ...estimate, isFree: kept !== undefined },
      call.signal,
    );
    settle = (ending) => ticket.settle(ending);
    yield { type: 'admitted', request, model, streaming };
    for await (const event of kept ?? (path.cache ?? path.engine).run(job)) {
      const correction = ticket.trueUp(event);
      if (correction) await correction;
      yield event;
    }
    outcome = 'succeeded';
  } catch (error) {
    outcome = TaskwireError.from(error);
    throw outcome;
  } finally {
    bill = await settle(endingOf(outcome, progress, path.clock));
    path.observer.requestDone({
      call,
      model: model?.entry.id,
      outcome,
      bill,
      ...timing(progress, path.clock),
      usage: progress.usage,
      cache: progress.cache,
    });
  }
  const { usage, cache } = progress;
  yield { type: 'settled', usage, cache, ...timing(progress, path.clock), ...bill };
}

const endingOf = (how: Outcome | TaskwireError, progress: Progress, clock: Clock): Ending => {
  const status = how instanceof TaskwireError ? how.code : how;
  const failure = status === 'client_closed' ? 'cancelled' : 'failed';
  return {
    outcome: how instanceof TaskwireError ? failure : how,
    status,
    usage: progress.usage,
    ...timing(progress, clock),
    totalMs: clock.now() - progress.submittedAt,
    cached: progress.cache === 'hit',
  };
};

const timing = ({ submittedAt, startedAt }: Progress, clock: Clock): Timing => {
  const now = clock.now();
  return {
    queueMs: (startedAt ?? now) - submittedAt,
    computeMs: startedAt === undefined ? 0 : now - startedAt,
  };
};

export interface Collected {
  readonly admitted: Admitted;
  /** `values[i]` belongs to input i. */
  readonly values: readonly unknown[];
  readonly settled: Settled;
}

/** The unary form: everything the stream told, at once. */
export const collect = async (replies: AsyncIterable<Reply>): Promise<Collected> => {
  let admitted: Admitted | undefined;
  const values: unknown[] = [];
  for await (const reply of replies) {
    if (reply.type === 'admitted') admitted = reply;
    else if (reply.type === 'result') values[reply.index] = reply.value;
    else if (reply.type === 'settled' && admitted) return { admitted, values, settled: reply };
  }
  throw new Error('a request ended without being settled: this is a bug');
};
