/** The routes of single models in the OpenAPI document: what any task takes and answers there. */
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import type { Wire, WireDialect } from '../../tasks/wire.js';
import type { DialectRoute } from '../http/openapi.js';
import { errorSchema as huggingFaceError } from './huggingface-error.js';
import { statusShape } from './inference-status.js';

const nativeError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    request_id: z.string(),
    param: z.string().optional(),
    estimated_time: z.number().optional(),
  }),
});

const binary = { type: 'string', format: 'binary' };
const media = { 'image/*': { schema: binary }, 'audio/*': { schema: binary } };
const form = { 'multipart/form-data': { schema: { type: 'object', additionalProperties: true } } };

const union = (schemas: readonly z.ZodType[]): z.ZodType =>
  schemas.length > 1 ? z.union(schemas as [z.ZodType, z.ZodType]) : (schemas[0] ?? z.unknown());

/** Fields beside `inputs` may stand apart; what a field must be for all of them is checked as for the task. */
const nested = ({ shape }: z.ZodObject): z.ZodType => {
  const { inputs = z.unknown(), stream, ...rest } = shape as Record<string, z.ZodType>;
  return z.object({
    inputs,
    ...(stream ? { stream } : {}),
    parameters: z.object(rest).partial().optional(),
    options: z
      .object({ wait_for_model: z.boolean().nullable(), use_cache: z.unknown().describe('Passed over.') })
      .partial()
      .optional(),
  });
};

/** What a stream that has begun says of an error. */
const errorEvent = z.object({
  error: z.object({ message: z.string(), code: z.string() }),
  error_type: z.string().optional(),
});

const wiresOf = (tasks: readonly Task[], dialect: WireDialect): Wire[] =>
  tasks.flatMap((task) => task.wire?.[dialect] ?? []);

const eventsOf = (wires: readonly Wire[]): z.ZodType[] =>
  wires.flatMap(({ stream }) => (stream ? [stream.event] : []));

/** A task without words of its own is spoken to, and answers, as on its own route. */
const nativeOf = (tasks: readonly Task[], dialect: WireDialect): Task[] =>
  tasks.filter((task) => !task.wire?.[dialect]);

export const modelDocuments = (tasks: readonly Task[]): DialectRoute[] => {
  const huggingface = wiresOf(tasks, 'huggingface');
  const deepinfra = wiresOf(tasks, 'deepinfra');
  const plain = nativeOf(tasks, 'huggingface');
  const requests = [
    ...huggingface.map(({ request }) => nested(request)),
    ...plain.map((task) => task.request),
  ];
  const responses = [...huggingface.map((wire) => wire.response), ...plain.map((task) => task.response)];
  const events = [...eventsOf(huggingface), ...plain.flatMap(({ stream }) => (stream ? [stream.event] : []))];
  const own = {
    tag: 'huggingface',
    summary: "Runs a model, in Hugging Face's form.",
    request: union(requests),
    response: union(responses),
    event: events.length > 0 ? union([...events, errorEvent]) : undefined,
    bodies: media,
    error: huggingFaceError,
  };
  const withFigures = (schema: z.ZodType) => z.intersection(schema, z.object(statusShape));
  const shared = {
    path: '/v1/inference/{id}',
    tag: 'model',
    summary: "Runs a model, in DeepInfra's form, Hugging Face's or the task's, as the request has it.",
    request: union([
      ...deepinfra.map(({ request }) => request),
      ...requests,
      ...tasks.map(({ request }) => request),
    ]),
    response: union([
      ...[...deepinfra, ...tasks].map(({ response }) => withFigures(response)),
      ...responses,
      z.object(statusShape).describe('With `webhook`: queued.'),
    ]),
    event: own.event,
    bodies: { ...form, ...media },
    error: z.union([nativeError, huggingFaceError]),
  };
  return [shared, { ...own, path: '/models/{id}' }, { ...own, path: '/pipeline/{task}/{id}' }];
};
