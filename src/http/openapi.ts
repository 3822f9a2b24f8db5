/** The OpenAPI document, made from the tasks' schemas, the error table and the settings: no second source. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { type ErrorCode, errorTable } from '../errors.js';

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
  readonly response: z.ZodType;
  readonly event?: z.ZodType | undefined;
  /** Takes forms as well, with the file under this name. */
  readonly file?: string | undefined;
  /** What else may be sent, by content type. */
  readonly bodies?: Readonly<Record<string, object>>;
  readonly error: z.ZodType;
  /** Where the dialect's clients expect other statuses than the codes' own. */
  readonly statusOf?: (code: ErrorCode) => number;
  /** Default: `post`. What is got needs no key and takes no body. */
  readonly method?: 'get' | 'post';
  /** The model may be named in the query. */
  readonly modelInQuery?: boolean;
}

export const schemaOf = (type: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  return schema;
};

interface ObjectSchema {
  readonly type?: string;
  readonly anyOf?: readonly ObjectSchema[];
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** For routes where what is left open may be sent as null. */
export const openFieldsOf = (request: z.ZodType): object => {
  const schema = schemaOf(request, 'input') as ObjectSchema;
  const { properties = {}, required = [] } = schema;
  const open = Object.entries(properties).map(([name, field]) => [
    name,
    required.includes(name) ? field : { anyOf: [field, { type: 'null' }] },
  ]);
  return { ...schema, properties: Object.fromEntries(open) };
};

/** What every JSON answer carries beside the task's own fields. */
const statusSchema = {
  type: 'object',
  properties: {
    request_id: { type: 'string' },
    inference_status: {
      type: 'object',
      properties: {
        status: { enum: ['succeeded'] },
        runtime_ms: { type: 'integer' },
        cost: { type: 'number', description: 'US dollars.' },
        tokens_input: { type: 'integer' },
        tokens_generated: { type: 'integer' },
      },
    },
  },
  required: ['request_id', 'inference_status'],
};

/** The task's own shape closes its objects, so these fields are put into them. */
const withStatus = (schema: ObjectSchema): object => {
  if (schema.anyOf) return { ...schema, anyOf: schema.anyOf.map(withStatus) };
  const { properties, required = [] } = schema;
  return {
    ...schema,
    properties: { ...properties, ...statusSchema.properties },
    required: [...required, ...statusSchema.required],
  };
};

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { enum: Object.keys(errorTable) },
        message: { type: 'string' },
        request_id: { type: 'string' },
        param: { type: 'string' },
        estimated_time: { type: 'number', description: 'With model_loading: seconds.' },
      },
      required: ['code', 'message', 'request_id'],
    },
  },
  required: ['error'],
};

const statusOf = (code: ErrorCode): number => errorTable[code].status;

/** One entry a status, naming the codes it comes with. 499 never reaches a client. */
export const errorResponses = (
  schema: object = { $ref: '#/components/schemas/Error' },
  status = statusOf,
) => {
  const codes = (Object.keys(errorTable) as ErrorCode[]).filter((code) => statusOf(code) !== 499);
  const statuses = [...new Set(codes.map(status))];
  const description = (wanted: number) =>
    codes.filter((code) => status(code) === wanted).map((code) => `\`${code}\`: ${errorTable[code].message}`);
  const content = { 'application/json': { schema } };
  return Object.fromEntries(
    statuses.map((one) => [one, { description: description(one).join('\n'), content }]),
  );
};

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

/** Server-sent events: each is a text that holds JSON, but for the mark at the end where there is one. */
const eventsOf = (event: z.ZodType, end?: string): object => {
  const contentSchema = schemaOf(event, 'output');
  const json = { type: 'string', contentMediaType: 'application/json', contentSchema };
  const data = end === undefined ? json : { anyOf: [{ const: end }, json] };
  return { 'text/event-stream': { schema: { type: 'object', properties: { data }, required: ['data'] } } };
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
          'application/json': { schema: schemaOf(response, 'output') },
          ...(file ? textContent : {}),
          ...(event ? eventsOf(event, '[DONE]') : {}),
        },
      },
      ...errorResponses(schemaOf(error, 'output'), route.statusOf),
    },
  };
};

const anObject = { 'application/json': { schema: { type: 'object' } } };

const plain = (summary: string, others: object = {}): object => ({
  get: {
    summary,
    security: [],
    responses: { 200: { description: summary, content: anObject }, ...others },
  },
});

const notReady = { 503: { description: 'No more requests are taken.', content: anObject } };

/** What the envelopes of all dialects have in common whose errors are objects. */
const anyErrorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { enum: Object.keys(errorTable) }, message: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

/** The task's schemas do not change while the service runs: built once. */
export const makeOpenApi = (
  tasks: readonly Task[],
  routes: readonly DialectRoute[],
  accountPaths: Readonly<Record<string, object>> = {},
): object => {
  const paths: Record<string, object> = {};
  const errors = errorResponses(anyErrorSchema);
  for (const task of tasks) {
    paths[`/v1/inference/${task.name}`] = { post: operation(task, false) };
    if (task.stream) paths[`/v1/inference/${task.name}/stream`] = { post: operation(task, true) };
  }
  for (const route of routes)
    paths[route.path] = {
      ...pathParameters(route.path, tasks),
      [route.method ?? 'post']: dialectOperation(route),
    };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Taskwire',
      version,
      license: { name: 'Apache-2.0' },
      description: 'Inference on ONNX models, task by task.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { session: [] }],
    paths: {
      ...paths,
      ...accountPaths,
      '/v1/models': plain('The models that can be called.'),
      '/v1/models/{id}': { parameters: [idParameter], ...plain('One model.', errors) },
      '/v1/models/{id}/health': { parameters: [idParameter], ...plain('Whether a model is loaded.', errors) },
      '/health': plain('Whether the process is up.'),
      '/ready': plain('Whether requests will be taken, and on which device.', notReady),
    },
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, `inf_…`, or a token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'taskwire_session' },
      },
      schemas: { Error: errorSchema },
    },
  };
};

const pathParameters = (path: string, tasks: readonly Task[]): object => {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) =>
    name === 'id' ? idParameter : taskParameter(tasks),
  );
  return parameters.length > 0 ? { parameters } : {};
};

const taskParameter = (tasks: readonly Task[]) => ({
  name: 'task',
  in: 'path',
  required: true,
  schema: { enum: tasks.flatMap(({ name, aliases }) => [name, ...aliases]) },
});

const modelParameter = {
  name: 'model',
  in: 'query',
  required: false,
  schema: { type: 'string', maxLength: 200 },
  description: "Default: the task's default model.",
};

const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'Slashes may stand as they are.',
};
