/** The OpenAPI document, made from the tasks' schemas, the error table and the settings: no second source. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import {
  type ErrorEnvelope,
  errorComponents,
  errorResponses,
  eventsOf,
  modelParameter,
  nativeError,
  type ObjectSchema,
  openFieldsOf,
  pathParameters,
  schemaOf,
  withStatus,
} from './openapi-schemas.js';

export const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};

/** A route that a dialect adds: its shapes, and the schema of its error envelope. */
export interface DialectRoute {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly request: z.ZodType;
  /** `undefined`: there is nothing but events. */
  readonly response: z.ZodType | undefined;
  readonly event?: z.ZodType | undefined;
  /** Takes forms as well, with the file under this name. */
  readonly file?: string | undefined;
  /** What else may be sent, by content type. */
  readonly bodies?: Readonly<Record<string, object>>;
  readonly error: ErrorEnvelope;
  /** Default: `post`. What is got needs no key and takes no body. */
  readonly method?: 'get' | 'post';
  /** The model may be named in the query. */
  readonly modelInQuery?: boolean;
  /** Where else the same is served. */
  readonly aliases?: readonly string[];
  readonly links?: Links;
}

/** Where a client may go on with what an answer says: by name, the operation and its parameters. */
export type Links = Readonly<Record<string, Link>>;

export interface Link {
  readonly method: string;
  readonly path: string;
  /** Expressions on the answer, as in `$response.body#/id`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** A path as a part of a reference. */
const pointerOf = (path: string): string =>
  path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** As a member of a response; nothing without links. */
export const linksOf = (links: Links | undefined): object =>
  links
    ? {
        links: Object.fromEntries(
          Object.entries(links).map(([name, { method, path, parameters }]) => [
            name,
            { operationRef: `#/paths/${pointerOf(path)}/${method}`, parameters },
          ]),
        ),
      }
    : {};

/** What is served under another address too is said once. */
export const aliasOf = (path: string): object => ({ $ref: `#/paths/${pointerOf(path)}` });

const bodiesOf = (task: Task): object => {
  const schema = schemaOf(task.request, 'input') as { properties: Record<string, object> };
  if (!task.media) return { 'application/json': { schema } };
  const { [task.media]: _, ...properties } = schema.properties;
  const upload = {
    type: 'object',
    properties: { file: { type: 'string', format: 'binary' }, ...properties },
    required: ['file'],
  };
  return {
    'application/json': { schema },
    'multipart/form-data': { schema: upload },
    [`${task.media}/*`]: { schema: { type: 'string', format: 'binary' } },
  };
};

const operation = (task: Task, streaming: boolean): object => ({
  tags: [task.name],
  summary: streaming ? `${task.summary} As server-sent events.` : task.summary,
  requestBody: { required: true, content: bodiesOf(task) },
  responses: {
    200: {
      description: streaming ? 'Events: `data: <JSON>` each.' : 'The answer.',
      content: {
        ...(streaming
          ? {}
          : { 'application/json': { schema: withStatus(schemaOf(task.response, 'output')) } }),
        ...(task.stream ? eventsOf(task.stream.event) : {}),
      },
    },
    ...errorResponses(),
  },
});

const dialectBodies = ({ request, file, bodies }: DialectRoute): object => {
  const schema = openFieldsOf(request) as ObjectSchema;
  if (!file) return { 'application/json': { schema }, ...bodies };
  const binary = { type: 'string', format: 'binary' };
  const form = { ...schema, properties: { ...schema.properties, [file]: binary } };
  return { 'multipart/form-data': { schema: form }, 'application/json': { schema } };
};

/** What comes back where an answer is not JSON: the texts that `response_format` may ask for. */
const textContent = { 'text/plain': { schema: { type: 'string' } } };

const dialectOperation = (route: DialectRoute): object => {
  const { tag, summary, response, event, error, file } = route;
  return {
    tags: [tag],
    summary,
    ...(route.modelInQuery ? { parameters: [modelParameter] } : {}),
    ...(route.method === 'get'
      ? { security: [] }
      : { requestBody: { required: true, content: dialectBodies(route) } }),
    responses: {
      200: {
        description: event
          ? 'The answer; with `stream`, events: `data: <JSON>` each, `data: [DONE]` at the end.'
          : 'The answer.',
        content: {
          ...(response ? { 'application/json': { schema: schemaOf(response, 'output') } } : {}),
          ...(file ? textContent : {}),
          ...(event ? eventsOf(event, '[DONE]') : {}),
        },
        ...linksOf(route.links),
      },
      ...errorResponses(error),
    },
  };
};

const anObject = { 'application/json': { schema: { type: 'object' } } };

const plain = (summary: string, others: object = {}, content: object = anObject): object => ({
  get: { summary, security: [], responses: { 200: { description: summary, content }, ...others } },
});

const notReady = { 503: { description: 'No more requests are taken.', content: anObject } };
const metricsContent = { 'text/plain': { schema: { type: 'string' } } };

const ops = {
  '/health': plain('Whether the process is up.'),
  '/ready': plain('Whether requests will be taken, and on which device.', notReady),
  '/metrics': plain(
    "Prometheus' figures, for this machine and who has its token.",
    errorResponses(),
    metricsContent,
  ),
};

/** Every name of a task. */
const taskPaths = (task: Task): Record<string, object> => {
  const { name, aliases } = task;
  const at = (one: string, end = '') => `/v1/inference/${one}${end}`;
  const paths: Record<string, object> = { [at(name)]: { post: operation(task, false) } };
  if (task.stream) paths[at(name, '/stream')] = { post: operation(task, true) };
  for (const alias of aliases) {
    paths[at(alias)] = aliasOf(at(name));
    if (task.stream) paths[at(alias, '/stream')] = aliasOf(at(name, '/stream'));
  }
  return paths;
};

const routePaths = (route: DialectRoute, tasks: readonly Task[]): Record<string, object> => {
  const { path, method = 'post', aliases = [] } = route;
  return {
    [path]: { ...pathParameters(path, tasks), [method]: dialectOperation(route) },
    ...Object.fromEntries(aliases.map((alias) => [alias, aliasOf(path)])),
  };
};

/** The task's schemas do not change while the service runs: built once. */
export const makeOpenApi = (
  tasks: readonly Task[],
  routes: readonly DialectRoute[],
  accountPaths: Readonly<Record<string, object>> = {},
): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Taskwire',
    version,
    license: { name: 'Apache-2.0' },
    description: 'Inference on ONNX models, task by task.',
  },
  servers: [{ url: '/' }],
  security: [{ key: [] }, { session: [] }],
  paths: Object.assign(
    {},
    ...tasks.map(taskPaths),
    ...routes.map((route) => routePaths(route, tasks)),
    accountPaths,
    ops,
  ),
  components: {
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'An API key, `inf_…`, or a token.' },
      session: { type: 'apiKey', in: 'cookie', name: 'taskwire_session' },
    },
    ...errorComponents([...new Set([nativeError, ...routes.map(({ error }) => error)])]),
  },
});
