/** text-embeddings-inference's dialect: its routes over the tasks, for what speaks to it and is pointed here. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Task } from '../../../tasks/task.js';
import { TaskwireError } from '../../errors.js';
import { bodyOf } from '../../http/body.js';
import { callerOf, contextOf } from '../../http/context.js';
import { methodNotAllowed } from '../../http/error-handler.js';
import type { DialectRoute } from '../../http/openapi.js';
import type { Path } from '../../infer.js';
import { validate } from '../../validate.js';
import { exchange, openCall, readModel } from '../exchange.js';
import { jsonFieldsOf } from '../json-fields.js';
import { withNames } from '../with-names.js';
import { embed, embedAll, embedSparse, similarity } from './embed.js';
import { type EntryPoint, entryPoints } from './entry-points.js';
import { renderTeiError, teiError, teiStatus } from './error.js';
import { info, infoResponse } from './info.js';
import { predict, rerank } from './predict.js';
import type { TeiRoute } from './route.js';
import { decode, tokenize } from './tokens.js';

const routes = [
  embed,
  embedAll,
  embedSparse,
  similarity,
  predict,
  rerank,
  tokenize,
  decode,
] as unknown as readonly TeiRoute[];

const served = (tasks: readonly Task[]) =>
  routes.flatMap((route) => {
    const task = tasks.find(({ name }) => name === route.task);
    return task ? [{ route, task }] : [];
  });

export const teiPaths = [...[...routes, ...entryPoints].map(({ path }) => path), '/info', '/ping'];

/** `guard` stands before every route: authentication, then the body's reader. */
export const teiRoutes = (tasks: readonly Task[], path: Path, guard: readonly RequestHandler[]): Router => {
  const router = Router({ caseSensitive: true });
  for (const { route, task } of served(tasks)) {
    const words = speak(route.names);
    router.post(route.path, words, ...guard, (req, res) => answer(req, res, { route, task, path }));
    router.all(route.path, words, methodNotAllowed('POST'));
  }
  const embeddings = tasks.find(({ name }) => name === embed.task);
  if (embeddings) {
    for (const point of entryPoints) {
      router.post(point.path, speak(), ...guard, enter(point, tasks, path));
      router.all(point.path, speak(), methodNotAllowed('POST'));
    }
    router.get('/info', speak(), info(embeddings, path));
    router.all('/info', speak(), methodNotAllowed('GET'));
  }
  router.get('/ping', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.all('/ping', speak(), methodNotAllowed('GET'));
  return router;
};

/** From here on errors are in this dialect's words. */
const speak =
  (names?: TeiRoute['names']): RequestHandler =>
  (_req, res, next) => {
    speakOf(res, names);
    next();
  };

const speakOf = (res: Response, names: TeiRoute['names'] = {}): void => {
  const context = contextOf(res);
  context.renderError = (error) => renderTeiError(withNames(error, names));
  context.statusOf = ({ code }) => teiStatus(code);
};

/** What the model or the fields say decides which route it is. */
const enter =
  (point: EntryPoint, tasks: readonly Task[], path: Path): RequestHandler =>
  async (req, res) => {
    const body = jsonFieldsOf(bodyOf(req));
    const route = point.route(body, readModel(req.query.model ?? body.model), path.catalogue);
    const task = tasks.find(({ name }) => name === route.task);
    if (!task) throw new TaskwireError('route_not_found', { message: `Nothing here serves ${route.task}.` });
    speakOf(res, route.names);
    await answer(req, res, { route, task, path });
  };

const common = {
  tag: 'text-embeddings-inference',
  error: teiError,
  modelInQuery: true,
} as const;

export const teiDocuments = (tasks: readonly Task[]): DialectRoute[] => {
  const single = served(tasks).map(({ route }) => route);
  const isMounted = single.some(({ task }) => task === embed.task);
  const posted = [...single, ...(isMounted ? entryPoints : [])].map(
    ({ path, summary, request, response }) => ({ ...common, path, summary, request, response }),
  );
  const nothing = { ...common, method: 'get', request: z.object({}) } as const;
  return [
    ...posted,
    { ...nothing, path: '/info', summary: 'Which model serves.', response: infoResponse },
    {
      ...nothing,
      path: '/ping',
      summary: 'Whether the process is up.',
      response: z.object({ status: z.literal('ok') }),
      modelInQuery: false,
    },
  ];
};

const answer = async (
  req: Request,
  res: Response,
  { route, task, path }: { route: TeiRoute; task: Task; path: Path },
): Promise<void> => {
  const body = jsonFieldsOf(bodyOf(req));
  const named = readModel(req.query.model ?? body.model);
  let request: unknown;
  const call = openCall(req, res, {
    task: taskOf(route, named, { task, path }),
    model: route.choose
      ? route.choose(named, { catalogue: path.catalogue, task, caller: callerOf(res) })
      : named,
    readFields() {
      refuseEmpty(body);
      request = validate(route.request, body);
      return { ...route.toTask(request), model: undefined };
    },
    streamRoute: false,
  });
  await exchange(call, path, res, {
    render: (collected) => route.render(collected, request),
    stream: () => () => [],
    renderError: renderTeiError,
  });
};

/** A model that is named may be of any task that the route can ask. */
const taskOf = (
  { asTask }: TeiRoute,
  model: string | undefined,
  { task, path }: { task: Task; path: Path },
): Task => {
  if (!asTask) return task;
  return asTask(model === undefined ? task : path.catalogue.resolve(model).entry.task);
};

/** These clients know a kind of error for it. */
const refuseEmpty = ({ inputs, texts, ids, instances }: Record<string, unknown>): void => {
  const lists = {
    inputs,
    texts,
    ids,
    instances,
    'inputs.sentences': (inputs as { sentences?: unknown })?.sentences,
  };
  for (const [param, list] of Object.entries(lists)) {
    if (Array.isArray(list) && list.length === 0)
      throw new TaskwireError('missing_field', { param, message: `${param} cannot be empty.` });
  }
};
