/** The task routes, and what is asked of a model in the same form. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import type { TaskwireError } from '../errors.js';
import { type Body, bodyOf, withMedia } from '../http/body.js';
import type { Admitted, Collected, Path, Reply } from '../infer.js';
import { coerceText } from './coerce-text.js';
import { exchange, type Face, openCall, readModel, readWait } from './exchange.js';
import { statusOf } from './inference-status.js';
import type { Target } from './model-path.js';

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
      const target = (streamRoute: boolean) => ({ task, model: undefined, streamRoute });
      router.post(`/${name}`, ...guard, answer(path, target(false)));
      if (task.stream) router.post(`/${name}/stream`, ...guard, answer(path, target(true)));
    }
  }
  return router;
};

const answer =
  (path: Path, target: Target): RequestHandler =>
  (req, res) =>
    answerNative({ req, res, path }, target);

export const answerNative = async (
  { req, res, path }: { req: Request; res: Response; path: Path },
  { task, model, streamRoute }: Target,
): Promise<void> => {
  const { wait_for_model, ...fields } = fieldsOf(bodyOf(req), task);
  const named = model ?? fields.model ?? req.query.model;
  if (named !== undefined) fields.model = named;
  const waitForModel = readWait(wait_for_model);
  const call = openCall(req, res, {
    task,
    model: readModel(fields.model),
    readFields: () => fields,
    streamRoute,
    waitForModel,
  });
  await exchange(call, path, res, faceOf(task, call.id));
};

const fieldsOf = (body: Body, task: Task): Record<string, unknown> =>
  withMedia(
    body.textual
      ? { ...body, fields: coerceText(body.fields, { ...task.request.shape, wait_for_model: z.boolean() }) }
      : body,
    task.media,
  );

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
