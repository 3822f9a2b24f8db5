/** The task routes, and `/v1/inference/<model id>` in the same form. */
import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import { type Body, bodyOf, withMedia } from '../http/body.js';
import type { Admitted, Collected, Path, Reply, Settled } from '../infer.js';
import { coerceText } from './coerce-text.js';
import { exchange, type Face, openCall, readModel } from './exchange.js';

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
    const { task, model, streamRoute } = target(req);
    const { wait_for_model, ...fields } = fieldsOf(bodyOf(req), task);
    if (model !== undefined) fields.model = model;
    const waitForModel = readWait(wait_for_model);
    const asked = { task, model: readModel(fields.model), fields, streamRoute, waitForModel };
    const call = openCall(req, res, asked);
    await exchange(call, path, res, faceOf(task, call.id));
  };

const readWait = (value: unknown = false): boolean => {
  if (typeof value === 'boolean') return value;
  throw new TaskwireError('invalid_field', {
    param: 'wait_for_model',
    got: show(value),
    allowed: 'a boolean',
  });
};

const fieldsOf = (body: Body, task: Task): Record<string, unknown> =>
  withMedia(
    body.textual
      ? { ...body, fields: coerceText(body.fields, { ...task.request.shape, wait_for_model: z.boolean() }) }
      : body,
    task.media,
  );

/** DeepInfra's account of a request, which native answers carry too. */
const statusOf = ({ usage, computeMs, costMicroUsd }: Settled) => ({
  status: 'succeeded',
  runtime_ms: Math.round(computeMs),
  cost: costMicroUsd / 1e6,
  tokens_input: usage.inputTokens,
  tokens_generated: usage.outputTokens,
});

const faceOf = (task: Task, id: string): Face => ({
  render: ({ admitted, values, settled }: Collected) => ({
    ...task.render(values, admitted.request),
    request_id: id,
    inference_status: statusOf(settled),
  }),
  stream: ({ request }: Admitted) => {
    const shape = task.stream!;
    const values: unknown[] = [];
    return (reply: Reply) => {
      if (reply.type === 'result') values[reply.index] = reply.value;
      if (reply.type === 'delta') return [shape.renderDelta(reply.delta, reply.index, request)];
      if (reply.type !== 'settled') return [];
      return [{ ...shape.renderEnd(values, request), request_id: id, inference_status: statusOf(reply) }];
    };
  },
  renderError: ({ code, message }) => task.stream!.renderError({ code, message, request_id: id }),
});
