/**
 * THE PATH: the whole life of one request. Dialects parse a `Call` before it and render its replies after it;
 * a unary answer is the collected stream, so both travel the same way.
 */
import type { Logger } from 'pino';
import type { Split, Task } from '../tasks/task.js';
import type { Admission, Bill, Caller, Ending, Outcome } from './admission/admission.js';
import { ownerOfRunner } from './admission/dedicated.js';
import { estimateOf, roomFor } from './admission/estimate.js';
import type { Idempotency } from './answers/idempotency.js';
import type { ResultCache } from './answers/result-cache.js';
import type { Catalogue, Resolved } from './catalogue/catalogue.js';
import type { Engine } from './engine/engine.js';
import { watchDeadline } from './engine/lifetime.js';
import { TaskwireError } from './errors.js';
import { permitted } from './identity/scopes.js';
import { type Event, isPaid, type Job, newProgress, type Progress, type Usage } from './job.js';
import { type FetchUrl, loadMedia } from './media/load-media.js';
import type { Clock } from './metering/clock.js';
import type { RequestObserver } from './metering/metrics.js';
import { validate } from './validate.js';

/** A parsed request: whose, for what, with which fields. */
export interface Call {
  readonly id: string;
  readonly caller: Caller;
  readonly task: Task;
  readonly model: string | undefined;
  /** The fields under the task's own names. Asked for once, after the rate is counted: bad fields, which throw, count too. */
  readonly readFields: () => Readonly<Record<string, unknown>>;
  /** The route itself asks for a stream, whatever the fields say. */
  readonly streamRoute: boolean;
  /** Ends with the client's connection, or when the time is up: the reason is the error that says which. */
  readonly lifetime: AbortController;
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
  const { task, caller, lifetime } = call;
  const { clock } = path;
  const { signal } = lifetime;
  const progress = newProgress(clock.now());
  let outcome: Outcome | TaskwireError = 'cancelled';
  let model: Resolved | undefined;
  let stopWatching = () => {};
  let settle: (ending: Ending) => Promise<Bill> = async () => ({ costMicroUsd: 0 });
  let booked: Bill | TaskwireError;
  try {
    model = permitted(path.catalogue.resolve(call.model, task), caller);
    await call.limitModel(model);
    const parsed = validate(task.request, call.readFields());
    const streaming = call.streamRoute || (task.stream?.asksFor(parsed) ?? false);
    const request = streaming && task.stream ? task.stream.force(parsed) : parsed;
    const timeoutMs = call.timeoutMs ?? (streaming ? streamTimeoutMs : unaryTimeoutMs);
    stopWatching = watchDeadline({ timeoutMs, progress, clock }, (why) => lifetime.abort(why));
    const media = await loadMedia(task.media, request, path.fetchUrl, signal);
    const split = task.split(request, media, roomFor(model, caller.payer));
    const estimate = estimateOf(call.id, { task, model: model.ref, split });
    const job = jobOf(call, { request, model, split, streaming, progress });
    const kept = await path.cache?.find(job);
    const ticket = await path.admission.admit(caller, { ...estimate, isFree: kept !== undefined }, signal);
    settle = (ending) => ticket.settle(ending);
    yield { type: 'admitted', request, model, streaming };
    for await (const event of kept ?? (path.cache ?? path.engine).run(job)) {
      const correction = ticket.trueUp(event);
      if (correction) await correction;
      yield event;
    }
    outcome = 'succeeded';
  } catch (error) {
    // What fails once nobody waits for it any more failed for that.
    outcome = TaskwireError.from(signal.aborted ? signal.reason : error);
    throw outcome;
  } finally {
    stopWatching();
    const ending = endingOf(outcome, progress, clock);
    const { queueMs, computeMs } = ending;
    booked = await settle(ending).catch((error: unknown) => TaskwireError.from(error));
    const isBooked = !(booked instanceof TaskwireError);
    path.observer.requestDone({
      call,
      model: model?.entry.id,
      outcome: booked instanceof TaskwireError ? booked : outcome,
      isPaid: isBooked && ending.outcome !== 'failed',
      usage: progress.usage,
      cache: progress.cache,
      queueMs,
      computeMs,
    });
  }
  if (booked instanceof TaskwireError) throw booked;
  const { usage, cache } = progress;
  yield { type: 'settled', usage, cache, ...timing(progress, clock), ...booked };
}

interface Understood {
  readonly request: unknown;
  readonly model: Resolved;
  readonly split: Split;
  readonly streaming: boolean;
  readonly progress: Progress;
}

const jobOf = (call: Call, { request, model, split, streaming, progress }: Understood): Job => {
  const { id, caller, lifetime, task, waitForModel, noStore } = call;
  const { works, params } = split;
  return {
    id,
    account: caller.account,
    priority: caller.payer.plan.priority,
    weight: caller.payer.plan.weight,
    model: model.ref,
    runnerOwner: ownerOfRunner(caller.payer, model.ref.id),
    works,
    params,
    signal: lifetime.signal,
    repeatable: !noStore && (task.isRepeatable?.(request) ?? true),
    streaming,
    waitForModel,
    progress,
  };
};

const endingOf = (how: Outcome | TaskwireError, progress: Progress, clock: Clock): Ending => {
  const status = how instanceof TaskwireError ? how.code : how;
  const failure = how instanceof TaskwireError && isPaid(how, progress) ? 'cancelled' : 'failed';
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
