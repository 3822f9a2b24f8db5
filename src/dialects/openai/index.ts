/** OpenAI's dialect: its routes over the tasks. */
import { type RequestHandler, Router } from 'express';
import type { Task } from '../../../tasks/task.js';
import { TaskwireError } from '../../errors.js';
import { type Body, bodyOf } from '../../http/body.js';
import { contextOf } from '../../http/context.js';
import { methodNotAllowed } from '../../http/error-handler.js';
import type { DialectRoute } from '../../http/openapi.js';
import type { Path } from '../../infer.js';
import { validate } from '../../validate.js';
import { exchange, type Face, openCall, readModel } from '../exchange.js';
import { chat } from './chat.js';
import { completions } from './completions.js';
import type { Endpoint, Head } from './endpoint.js';
import { errorSchema, renderOpenAiError } from './error.js';

const endpoints = [chat, completions] as unknown as readonly Endpoint[];

const served = (tasks: readonly Task[]) =>
  endpoints.flatMap((endpoint) => {
    const task = tasks.find(({ name }) => name === endpoint.task);
    return task ? [{ endpoint, task }] : [];
  });

/** Where the dialect is mounted: OpenAI's own prefix, and those under which other services offer it. */
export const openAiMounts = ['/v1', '/v1/openai', '/inference/v1', '/api/v1/inference'];

/** `guard` stands before every route: authentication, then the body's reader. */
export const openAiRoutes = (
  tasks: readonly Task[],
  path: Path,
  guard: readonly RequestHandler[],
): Router => {
  const router = Router({ caseSensitive: true });
  const speak: RequestHandler = (_req, res, next) => {
    contextOf(res).renderError = renderOpenAiError;
    next();
  };
  for (const { endpoint, task } of served(tasks)) {
    router.post(endpoint.route, speak, ...guard, answer(endpoint, task, path));
    router.all(endpoint.route, speak, methodNotAllowed('POST'));
  }
  return router;
};

/** For the OpenAPI document, under the first of the mounts. */
export const openAiDocuments = (tasks: readonly Task[]): DialectRoute[] =>
  served(tasks).map(({ endpoint }) => ({
    path: `${openAiMounts[0]}${endpoint.route}`,
    tag: 'openai',
    summary: endpoint.summary,
    request: endpoint.request,
    response: endpoint.response,
    event: endpoint.event,
    error: errorSchema,
  }));

const answer =
  (endpoint: Endpoint, task: Task, path: Path): RequestHandler =>
  async (req, res) => {
    const body = fieldsOf(bodyOf(req));
    let request: unknown;
    const call = openCall(req, res, {
      task,
      model: readModel(body.model),
      // Read by the path once the model is found and the rate counted: bad fields count too.
      get fields() {
        request = validate(endpoint.request, body);
        return { ...endpoint.toTask(request), model: undefined };
      },
      streamRoute: false,
    });
    const head = (model: string): Head => ({
      id: call.id.replace(/^req_/, ''),
      created: Math.floor(Date.now() / 1000),
      model: call.model ?? model,
    });
    const face: Face = {
      render: (collected) => endpoint.render(collected, request, head(collected.admitted.model.entry.id)),
      stream({ model }) {
        const word = endpoint.stream(request, head(model.entry.id));
        return (reply) => (reply.type === 'settled' ? ['[DONE]'] : word(reply));
      },
      renderError: renderOpenAiError,
    };
    await exchange(call, path, res, face);
  };

/** What clients leave open they send as null. */
const fieldsOf = ({ fields, textual }: Body): Record<string, unknown> => {
  if (textual)
    throw new TaskwireError('unsupported_media', { param: 'content-type', allowed: 'application/json' });
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
};
