/** The fields that chat and plain completions share. */
import { z } from 'zod';
import { text } from '../../../tasks/fields.js';
import {
  type GenerationRequest,
  request as task,
  wholeWindow,
} from '../../../tasks/text-generation/schema.js';
import { looseResponseFormat } from '../../../tasks/text-generation/structure-schema.js';

const { shape } = task;

/** OpenAI's clients send 0 for "only the likeliest"; a probability has to be more than nothing. */
const leastTopP = 1e-9;

export const samplingShape = {
  model: shape.model,
  max_tokens: shape.max_tokens
    .unwrap()
    .min(1)
    .optional()
    .describe("Default: what the model's window leaves and the plan allows."),
  temperature: shape.temperature,
  top_p: z.number().min(0).max(1).default(1),
  n: shape.n,
  stop: z
    .union([text, z.array(text).max(16)])
    .default([])
    .describe('Up to 16 texts; generation ends before any of them.'),
  seed: z.int().optional(),
  frequency_penalty: shape.frequency_penalty,
  presence_penalty: shape.presence_penalty,
  logit_bias: shape.logit_bias,
  response_format: looseResponseFormat,
  stream: z.boolean().default(false),
  stream_options: z
    .object({ include_usage: z.boolean().nullish() })
    .optional()
    .describe('`include_usage`: a last chunk without choices that has the usage.'),
  user: text.optional().describe('Ignored.'),
  service_tier: z.string().optional().describe("Ignored: the priority is that of the account's plan."),
  top_k: z.int().min(-1).max(1_000_000).default(0).describe("Not OpenAI's. 0 and -1: off."),
  min_p: shape.min_p.describe("Not OpenAI's."),
  repetition_penalty: shape.repetition_penalty.describe("Not OpenAI's."),
  min_tokens: shape.min_tokens.describe("Not OpenAI's."),
  stop_token_ids: shape.stop_token_ids.describe("Not OpenAI's."),
  ignore_eos: shape.ignore_eos.describe("Not OpenAI's."),
};

type Sampling = z.output<z.ZodObject<typeof samplingShape>>;

/** Named alike, allowed alike. */
const same = [
  'temperature',
  'n',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'response_format',
  'stream',
  'min_p',
  'repetition_penalty',
  'min_tokens',
  'stop_token_ids',
  'ignore_eos',
] as const satisfies ReadonlyArray<keyof Sampling & keyof GenerationRequest>;

export const samplingToTask = (fields: Sampling): Record<string, unknown> => ({
  ...Object.fromEntries(same.map((name) => [name, fields[name]])),
  max_tokens: fields.max_tokens ?? wholeWindow,
  top_p: Math.max(fields.top_p, leastTopP),
  top_k: Math.max(0, fields.top_k),
  stop_sequences: [fields.stop].flat().filter((stop) => stop !== ''),
  seed: fields.seed === undefined ? undefined : Math.abs(fields.seed),
});
