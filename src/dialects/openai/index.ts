/** OpenAI's dialect: its routes over the tasks. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Task } from '../../../tasks/task.js';
import type { TaskwireError } from '../../errors.js';
import { type Body, bodyOf } from '../../http/body.js';
import { callerOf, contextOf } from '../../http/context.js';
import { methodNotAllowed } from '../../http/error-handler.js';
import type { DialectRoute } from '../../http/openapi.js';
import type { Path } from '../../infer.js';
import { validate } from '../../validate.js';
import { coerceText } from '../coerce-text.js';
import { exchange, type Face, openCall, readModel } from '../exchange.js';
import { assertFits, firstFitting } from '../fitting-model.js';
import { jsonFieldsOf } from '../json-fields.js';
import { withNames } from '../with-names.js';
import { chat } from './chat.js';
import { classify } from './classify.js';
import { completions } from './completions.js';
import { embeddings } from './embeddings.js';
import type { Endpoint, Head } from './endpoint.js';
import { openAiError, renderOpenAiError } from './error.js';
import { rerank } from './rerank.js';
import { transcriptions, translations } from './transcriptions.js';

const endpoints = [
  chat,
  completions,
  embeddings,
  rerank,
  classify,
  transcriptions,
  translations,
] as unknown as readonly Endpoint[];

const served = (tasks: readonly Task[]) =>
  endpoints.flatMap((endpoint) => {
    const task = tasks.find(({ name }) => name === endpoint.task);
    return task ? [{ endpoint, task }] : [];
  });

/** Where the dialect is mounted: OpenAI's own prefix, and those under which other services offer it. */
export const openAiMounts = ['/v1', '/v1/openai', '/inference/v1', '/api/v1/inference'];

interface Mounted {
  readonly tasks: readonly Task[];
  readonly path: Path;
  /** Before every route: authentication, then the body's reader. */
  readonly guard: readonly RequestHandler[];
}

/** What is served at the root too. */
export const openAiRootPaths = endpoints.filter(({ isAtRoot }) => isAtRoot).map(({ route }) => route);

/** `at`: only these. */
export const openAiRoutes = (
  { tasks, path, guard }: Mounted,
  at: readonly string[] = endpoints.map(({ route }) => route),
): Router => {
  const router = Router({ caseSensitive: true });
  for (const { endpoint, task } of served(tasks)) {
    if (!at.includes(endpoint.route)) continue;
    const speak: RequestHandler = (_req, res, next) => {
      contextOf(res).renderError = errorsOf(endpoint);
      next();
    };
    router.post(endpoint.route, speak, ...guard, answerEndpoint(endpoint, task, path));
    router.all(endpoint.route, speak, methodNotAllowed('POST'));
  }
  return router;
};

/** For the OpenAPI document, said under the first of the mounts. */
export const openAiDocuments = (tasks: readonly Task[]): DialectRoute[] =>
  served(tasks).map(({ endpoint }) => ({
    path: `${openAiMounts[0]}${endpoint.route}`,
    aliases: [
      ...openAiMounts.slice(1).map((mount) => `${mount}${endpoint.route}`),
      ...(endpoint.isAtRoot ? [endpoint.route] : []),
    ],
    tag: 'openai',
    summary: endpoint.summary,
    request: endpoint.request,
    response: endpoint.response,
    event: endpoint.event,
    file: endpoint.file,
    error: openAiError,
  }));

/** `named`: the model, where the address names it. */
export const answerEndpoint =
  (endpoint: Endpoint, task: Task, path: Path, named?: string) =>
  async (req: Request, res: Response): Promise<void> => {
    const body = fieldsOf(bodyOf(req), endpoint);
    const asked = named ?? modelOf(body.model ?? req.query.model);
    const seen = { catalogue: path.catalogue, taskName: task.name, caller: callerOf(res) };
    let request: unknown;
    const call = openCall(req, res, {
      task,
      model: asked ?? (endpoint.models && firstFitting(endpoint.models, seen)),
      readFields() {
        if (asked !== undefined && endpoint.models)
          assertFits(path.catalogue.resolve(asked, task).entry, endpoint.models, `${endpoint.route} needs`);
        request = validate(endpoint.request, body);
        return { ...endpoint.toTask(request), model: undefined };
      },
      streamRoute: false,
    });
    const head = (model: string): Head => ({
      id: call.id.replace(/^req_/, ''),
      created: Math.floor(Date.now() / 1000),
      model: asked ?? model,
    });
    const face: Face = {
      render: (collected) => endpoint.render(collected, request, head(collected.admitted.model.entry.id)),
      stream({ model }) {
        const word = endpoint.stream!(request, head(model.entry.id));
        return (reply) => (reply.type === 'settled' ? ['[DONE]'] : word(reply));
      },
      renderError: contextOf(res).renderError,
    };
    await exchange(call, path, res, face);
  };

/** Hugging Face's clients name no model where they were given a URL, but say one of these, or that URL. */
const placeholder = /^(dummy|tgi|https?:\/\/.*)$/s;

const modelOf = (model: unknown): string | undefined =>
  typeof model === 'string' && placeholder.test(model) ? undefined : readModel(model);

const errorsOf =
  ({ names = {} }: Endpoint) =>
  (error: TaskwireError) =>
    renderOpenAiError(withNames(error, names));

const fieldsOf = (body: Body, { file: name, request }: Endpoint): Record<string, unknown> => {
  if (!name || !body.textual) return jsonFieldsOf(body);
  const typed = coerceText(body.fields, request.shape);
  return body.file ? { ...typed, [name]: body.file } : typed;
};
