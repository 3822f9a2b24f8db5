/** Parts of the OpenAPI document that its operations share: schemas, errors, events, parameters. */
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { type ErrorCode, errorTable } from '../errors.js';

export const schemaOf = (type: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  return schema;
};

export interface ObjectSchema {
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
export const withStatus = (schema: ObjectSchema): object => {
  if (schema.anyOf) return { ...schema, anyOf: schema.anyOf.map(withStatus) };
  const { properties, required = [] } = schema;
  return {
    ...schema,
    properties: { ...properties, ...statusSchema.properties },
    required: [...required, ...statusSchema.required],
  };
};

/** How a dialect words errors, as the document has it. */
export interface ErrorEnvelope {
  readonly name: string;
  readonly schema: z.ZodType;
  /** Where the dialect's clients expect other statuses than the codes' own. */
  readonly statusOf?: (code: ErrorCode) => number;
}

export const nativeError: ErrorEnvelope = {
  name: 'Error',
  schema: z.object({
    error: z.object({
      code: z.enum(Object.keys(errorTable)),
      message: z.string(),
      request_id: z.string(),
      param: z.string().optional(),
      estimated_time: z.number().optional().describe('With model_loading: seconds.'),
    }),
  }),
};

const ownStatusOf = (code: ErrorCode): number => errorTable[code].status;

/** By status the codes that come with it. 499 never reaches a client. */
const codesByStatus = ({ statusOf = ownStatusOf }: ErrorEnvelope): Map<number, ErrorCode[]> => {
  const codes = (Object.keys(errorTable) as ErrorCode[]).filter((code) => ownStatusOf(code) !== 499);
  const statuses = new Set(codes.map(statusOf));
  return new Map([...statuses].map((status) => [status, codes.filter((code) => statusOf(code) === status)]));
};

/** One entry a status, said in full among the components. */
export const errorResponses = (envelope: ErrorEnvelope = nativeError): Record<string, object> =>
  Object.fromEntries(
    [...codesByStatus(envelope).keys()].map((status) => [
      status,
      { $ref: `#/components/responses/${envelope.name}${status}` },
    ]),
  );

/** What the entries point at. */
export const errorComponents = (
  envelopes: readonly ErrorEnvelope[],
): { readonly schemas: object; readonly responses: object } => ({
  schemas: Object.fromEntries(envelopes.map(({ name, schema }) => [name, schemaOf(schema, 'output')])),
  responses: Object.fromEntries(
    envelopes.flatMap((envelope) =>
      [...codesByStatus(envelope)].map(([status, codes]) => [
        `${envelope.name}${status}`,
        {
          description: codes.map((code) => `\`${code}\`: ${errorTable[code].message}`).join('\n'),
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${envelope.name}` } } },
        },
      ]),
    ),
  ),
});

/** Server-sent events: each is a text that holds JSON, but for the mark at the end where there is one. */
export const eventsOf = (event: z.ZodType, end?: string): object => {
  const contentSchema = schemaOf(event, 'output');
  const json = { type: 'string', contentMediaType: 'application/json', contentSchema };
  const data = end === undefined ? json : { anyOf: [{ const: end }, json] };
  return { 'text/event-stream': { schema: { type: 'object', properties: { data }, required: ['data'] } } };
};

export const pathParameters = (path: string, tasks: readonly Task[]): object => {
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

export const modelParameter = {
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
