/** The OpenAPI document, made from the tasks' schemas, the error table and the settings: no second source. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { errorTable } from '../errors.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** A route that a dialect adds: its shapes, and the schema of its error envelope. */
export interface DialectRoute {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly response: z.ZodType;
  readonly event: z.ZodType;
  readonly error: z.ZodType;
}

const schemaOf = (type: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  return schema;
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

/** One entry a status, naming the codes it comes with. 499 never reaches a client. */
const errorResponses = (schema: object = { $ref: '#/components/schemas/Error' }) => {
  const entries = Object.entries(errorTable).filter(([, { status }]) => status !== 499);
  const statuses = [...new Set(entries.map(([, { status }]) => status))];
  const description = (wanted: number) =>
    entries
      .filter(([, { status }]) => status === wanted)
      .map(([code, { message }]) => `\`${code}\`: ${message}`);
  const content = { 'application/json': { schema } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: description(status).join('\n'), content }]),
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
          : { 'application/json': { schema: { allOf: [schemaOf(task.response, 'output'), statusSchema] } } }),
        ...(task.stream ? { 'text/event-stream': { schema: schemaOf(task.stream.event, 'output') } } : {}),
      },
    },
    ...errorResponses(),
  },
});

const dialectOperation = ({ tag, summary, request, response, event, error }: DialectRoute): object => ({
  tags: [tag],
  summary,
  requestBody: { required: true, content: { 'application/json': { schema: schemaOf(request, 'input') } } },
  responses: {
    200: {
      description: 'The answer; with `stream`, events: `data: <JSON>` each, `data: [DONE]` at the end.',
      content: {
        'application/json': { schema: schemaOf(response, 'output') },
        'text/event-stream': { schema: schemaOf(event, 'output') },
      },
    },
    ...errorResponses(schemaOf(error, 'output')),
  },
});

const plain = (summary: string, schema: object = { type: 'object' }): object => ({
  get: {
    summary,
    security: [],
    responses: { 200: { description: summary, content: { 'application/json': { schema } } } },
  },
});

/** The task's schemas do not change while the service runs: built once. */
export const makeOpenApi = (tasks: readonly Task[], routes: readonly DialectRoute[]): object => {
  const paths: Record<string, object> = {};
  for (const task of tasks) {
    paths[`/v1/inference/${task.name}`] = { post: operation(task, false) };
    if (task.stream) paths[`/v1/inference/${task.name}/stream`] = { post: operation(task, true) };
  }
  for (const route of routes) paths[route.path] = { post: dialectOperation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Taskwire',
      version,
      license: { name: 'Apache-2.0' },
      description: 'Inference on ONNX models, task by task.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths: {
      ...paths,
      '/v1/models': plain('The models that can be called.'),
      '/v1/models/{id}': { parameters: [idParameter], ...plain('One model.') },
      '/v1/models/{id}/health': { parameters: [idParameter], ...plain('Whether a model is loaded.') },
      '/health': plain('Whether the process is up.'),
      '/ready': plain('Whether requests will be taken, and on which device.'),
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key, `inf_…`.' } },
      schemas: { Error: errorSchema },
    },
  };
};

const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'Slashes may stand as they are.',
};
