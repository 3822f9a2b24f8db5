/** The task routes, and `/v1/inference/<model id>` in the same form. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Task } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import { type Body, bodyOf, withMedia } from '../http/body.js';
import { callerOf, contextOf } from '../http/context.js';
import { logError } from '../http/error-handler.js';
import { sendJson } from '../http/json-answer.js';
import { EventStream } from '../http/sse.js';
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
import { coerceText } from './coerce-text.js';

export const renderNativeError = (
  { code, message, param, retryAfterSeconds }: TaskwireError,
  requestId: string,
): object => ({
  error: {
    code,
    message,
    request_id: requestId,
    ...(param === undefined ? {} : { param }),
    ...(code === 'model_loading' && retryAfterSeconds !== undefined
      ? { estimated_time: retryAfterSeconds }
      : {}),
  },
});

/** Mounted at `/v1/inference`; `guard` stands before every route: authentication, then the body's reader. */
export const nativeRoutes = (
  tasks: readonly Task[],
  path: Path,
  guard: readonly RequestHandler[],
): Router => {
  const router = Router({ caseSensitive: true });
  for (const task of tasks) {
    for (const name of [task.name, ...task.aliases]) {
      const target = (streamRoute: boolean) => () => ({ task, model: undefined, streamRoute });
      router.post(`/${name}`, ...guard, answer(path, target(false)));
      if (task.stream) router.post(`/${name}/stream`, ...guard, answer(path, target(true)));
    }
  }
  const idOf = (req: Request) => (req.params.id as unknown as string[]).join('/');
  router.post(
    '/*id',
    ...guard,
    answer(path, (req) => byModelId(idOf(req), path)),
  );
  return router;
};

interface Target {
  readonly task: Task;
  readonly model: string | undefined;
  readonly streamRoute: boolean;
}

/** A path that is no task is a model, perhaps with `/stream` behind it. */
const byModelId = (id: string, { catalogue }: Path): Target => {
  const streamed = /^(.+)\/stream$/.exec(id)?.[1];
  const { task } = catalogue.resolve(streamed ?? id).entry;
  if (streamed && !task.stream)
    throw new TaskwireError('route_not_found', { message: `${task.name} does not stream.` });
  return { task, model: streamed ?? id, streamRoute: streamed !== undefined };
};

const answer =
  (path: Path, target: (req: Request) => Target): RequestHandler =>
  async (req, res) => {
    const call = parse(req, res, target(req));
    const replies = infer(call, path);
    const first = await replies.next();
    if (first.done) throw new Error('a request ended before it was admitted: this is a bug');
    const admitted = first.value as Admitted;
    if (admitted.streaming) await stream(call, admitted, replies, { res, path });
    else await render(call, await collect(prepend(admitted, replies)), res);
  };

async function* prepend(first: Reply, rest: AsyncGenerator<Reply>): AsyncGenerator<Reply> {
  yield first;
  yield* rest;
}

const parse = (req: Request, res: Response, { task, model, streamRoute }: Target): Call => {
  const body = bodyOf(req);
  const fields = fieldsOf(body, task);
  if (model !== undefined) fields.model = model;
  const { id, signal } = contextOf(res);
  return {
    id,
    caller: callerOf(res),
    task,
    model: readModel(fields.model),
    fields,
    streamRoute,
    signal,
    timeoutMs: readTimeout(req.get('x-request-timeout-ms')),
    waitForModel: req.get('x-wait-for-model')?.toLowerCase() === 'true',
  };
};

const fieldsOf = (body: Body, task: Task): Record<string, unknown> =>
  withMedia(
    body.textual ? { ...body, fields: coerceText(body.fields, task.request.shape) } : body,
    task.media,
  );

const readModel = (model: unknown): string | undefined => {
  if (model === undefined) return model;
  if (typeof model === 'string' && !model.includes('\0') && model.isWellFormed()) return model;
  const allowed = 'a string without NUL and lone surrogates';
  throw new TaskwireError('invalid_field', { param: 'model', got: show(model), allowed });
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

const render = async (
  { id, task }: Call,
  { admitted, values, settled }: Collected,
  res: Response,
): Promise<void> => {
  const { usage, queueMs, computeMs, costMicroUsd } = settled;
  const ms = (value: number) => value.toFixed(1);
  res.setHeader('x-compute-time-ms', ms(computeMs));
  res.setHeader('x-queue-time-ms', ms(queueMs));
  res.setHeader('x-gpu-seconds', (usage.deviceMicros / 1e6).toFixed(6));
  res.setHeader('x-cost-usd', (costMicroUsd / 1e6).toFixed(6));
  res.setHeader('x-cache', 'off');
  res.setHeader('server-timing', `queue;dur=${ms(queueMs)}, compute;dur=${ms(computeMs)}`);
  await sendJson(res, {
    ...task.render(values, admitted.request),
    request_id: id,
    inference_status: statusOf(settled),
  });
};

/** DeepInfra's account of a request, which native answers carry too. */
const statusOf = ({ usage, computeMs, costMicroUsd }: Settled) => ({
  status: 'succeeded',
  runtime_ms: Math.round(computeMs),
  cost: costMicroUsd / 1e6,
  tokens_input: usage.inputTokens,
  tokens_generated: usage.outputTokens,
});

interface StreamTarget {
  readonly res: Response;
  readonly path: Path;
}

const stream = async (
  call: Call,
  { request }: Admitted,
  replies: AsyncIterable<Reply>,
  { res, path }: StreamTarget,
): Promise<void> => {
  const shape = call.task.stream!;
  const events = new EventStream(res);
  const values: unknown[] = [];
  try {
    for await (const reply of replies) {
      if (reply.type === 'accepted') events.keepAlive();
      else if (reply.type === 'delta')
        await events.send(shape.renderDelta(reply.delta, reply.index, request));
      else if (reply.type === 'result') values[reply.index] = reply.value;
      else if (reply.type === 'settled') {
        const end = shape.renderEnd(values, request);
        await events.send({ ...end, request_id: call.id, inference_status: statusOf(reply) });
      }
    }
  } catch (caught) {
    const error = TaskwireError.from(caught);
    if (!events.begun) throw error;
    logError(path.log, error, call.id);
    await events.send(shape.renderError({ code: error.code, message: error.message, request_id: call.id }));
  } finally {
    events.end();
  }
};
