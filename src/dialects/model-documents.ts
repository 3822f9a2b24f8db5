/** The routes of single models in the OpenAPI document: what any task takes and answers there. */
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import type { Wire, WireDialect } from '../../tasks/wire.js';
import type { DialectRoute } from '../http/openapi.js';
import { type ErrorEnvelope, nativeError } from '../http/openapi-schemas.js';
import { huggingFaceError } from './huggingface-error.js';
import { statusShape } from './inference-status.js';
import { modelHealth, modelInfo } from './model-description.js';
import { huggingFaceMounts } from './model-path.js';
import { suffixes } from './model-suffix.js';
import { openAiError } from './openai/error.js';

/** Who asks decides which. */
const either = (name: string, { schema }: ErrorEnvelope): ErrorEnvelope => ({
  name,
  schema: z.union([schema, huggingFaceError.schema]),
});

const anyError = either('ModelError', nativeError);
const suffixError = either('SuffixError', openAiError);

const binary = { type: 'string', format: 'binary' };
const media = { 'image/*': { schema: binary }, 'audio/*': { schema: binary } };
const form = { 'multipart/form-data': { schema: { type: 'object', additionalProperties: true } } };

const union = (schemas: readonly z.ZodType[]): z.ZodType =>
  schemas.length > 1 ? z.union(schemas as [z.ZodType, z.ZodType]) : (schemas[0] ?? z.unknown());

/** What is left open may be sent as null. */
const withNulls = (fields: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.nullish()]));

/** Fields beside `inputs` may stand apart; what a field must be for all of them is checked as for the task. */
const nested = ({ shape }: z.ZodObject): z.ZodType => {
  const { inputs = z.unknown(), stream, ...rest } = shape as Record<string, z.ZodType>;
  return z.object({
    inputs,
    ...(stream ? { stream: stream.nullish() } : {}),
    parameters: z.object(withNulls(rest)).nullish(),
    options: z
      .object({ wait_for_model: z.boolean().nullable(), use_cache: z.unknown().describe('Passed over.') })
      .partial()
      .nullish(),
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

/** Hugging Face's addresses of a model: said of the first, and of the one that has other parameters. */
const [firstBehind = '', ...othersBehind] = huggingFaceMounts.behindModel.map((mount) => `${mount}/{id}`);
const beforeModel = `${huggingFaceMounts.beforeModel}/{task}/{id}`;

/** A route at every address of a model that is Hugging Face's. */
const at = (end: string, document: Omit<DialectRoute, 'path'>): DialectRoute[] => [
  { ...document, path: firstBehind + end, aliases: othersBehind.map((address) => address + end) },
  { ...document, path: beforeModel + end },
];

/** The same at all addresses of a model, those that it shares with other dialects among them. */
const everywhere = (end: string, document: Omit<DialectRoute, 'path'>): DialectRoute[] => {
  const [behind, before] = at(end, document);
  return [{ ...behind!, aliases: [...behind!.aliases!, `/v1/inference/{id}${end}`] }, before!];
};

/** OpenAI's routes behind the address of a model. */
const suffixDocuments = (tasks: readonly Task[]): DialectRoute[] =>
  suffixes
    .filter(({ endpoint }) => tasks.some(({ name }) => name === endpoint.task))
    .flatMap(({ suffix, endpoint: { summary, request, response, event } }) =>
      everywhere(suffix, {
        tag: 'openai',
        summary: `${summary} The model is that of the address.`,
        request,
        response,
        event,
        error: suffixError,
      }),
    );

const got = { tag: 'models', method: 'get', request: z.object({}), error: anyError } as const;

const factsDocuments: readonly DialectRoute[] = [
  ...everywhere('/info', { ...got, summary: 'What the model is.', response: modelInfo }),
  ...everywhere('/health', { ...got, summary: 'Whether the model can serve.', response: modelHealth }),
];

const queued = z.object(statusShape).describe('With `webhook`: queued.');

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
      queued,
    ]),
    event: own.event,
    bodies: { ...form, ...media },
    error: anyError,
  };
  const streams = events.length > 0;
  return [
    shared,
    ...at('', own),
    // Behind them, models that do not stream are not found.
    ...(streams
      ? [
          { ...shared, path: `${shared.path}/stream`, response: queued },
          ...at('/stream', { ...own, response: undefined }),
        ]
      : []),
    { ...own, path: '/models/{id}/pipeline/{task}', aliases: ['/hf-inference/models/{id}/pipeline/{task}'] },
    { ...own, path: '/pipeline/{task}' },
    ...suffixDocuments(tasks),
    ...factsDocuments,
  ];
};
