import { z } from 'zod';
import { maxInputs, text } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import { type Generations, request as task } from './schema.js';
import { jsonSchema, looseResponseFormat } from './structure-schema.js';
import { details, detailsOf, event, TgiStream } from './tgi-wire.js';

const { shape } = task;
const stop = z.union([text, z.array(text).max(16)]).default([]);
const stopsOf = (given: z.output<typeof stop>): string[] => [given].flat().filter((one) => one !== '');
const prompt = text.min(1);

const deepinfraRequest = z.object({
  input: prompt.describe('Text to continue, as the model is to read it.'),
  max_new_tokens: shape.max_tokens.unwrap().default(512),
  temperature: shape.temperature.unwrap().default(0.7),
  top_p: shape.top_p.unwrap().default(0.9),
  top_k: shape.top_k,
  min_p: shape.min_p,
  repetition_penalty: shape.repetition_penalty,
  presence_penalty: shape.presence_penalty,
  frequency_penalty: shape.frequency_penalty,
  stop,
  num_responses: shape.n.describe('How many texts.'),
  response_format: looseResponseFormat,
  seed: shape.seed,
  stream: shape.stream,
});

const deepinfra: Wire<Generations, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  names: { prompt: 'input', max_tokens: 'max_new_tokens', stop_sequences: 'stop', n: 'num_responses' },
  toTask: ({ input, max_new_tokens, stop: stops, num_responses, ...same }) => ({
    ...same,
    prompt: input,
    max_tokens: max_new_tokens,
    stop_sequences: stopsOf(stops),
    n: num_responses,
    return_full_text: false,
    // A stream names the tokens.
    logprobs: same.stream ? 0 : false,
  }),
  response: z.object({
    results: z.array(z.object({ generated_text: z.string() })),
    num_tokens: z.int().describe('Tokens generated.'),
    num_input_tokens: z.int(),
  }),
  render: ([value]) => ({
    results: value!.choices.map((choice) => ({ generated_text: choice.text })),
    num_tokens: value!.choices.reduce((sum, { tokens }) => sum + tokens, 0),
    num_input_tokens: value!.promptTokens,
  }),
  stream: {
    event,
    word: ({ seed, stop: stops, num_responses: n }, head) => {
      const stream = new TgiStream(head, { seed, stop: stopsOf(stops), n });
      return (told) => stream.word(told);
    },
  },
};

const grammar = z.discriminatedUnion('type', [
  z.object({ type: z.literal(['json', 'json_schema']), value: jsonSchema }),
  z.object({ type: z.literal('regex'), value: text.min(1) }),
]);

const formatOf = (given: z.output<typeof grammar> | undefined) => {
  if (given === undefined) return undefined;
  return given.type === 'regex'
    ? { type: 'regex', regex: given.value }
    : { type: 'json_schema', json_schema: { schema: given.value } };
};

const huggingfaceRequest = z.object({
  inputs: z.union([prompt, z.array(prompt).min(1).max(maxInputs)]),
  stream: shape.stream,
  max_new_tokens: shape.max_tokens,
  do_sample: z
    .boolean()
    .optional()
    .describe('Whether to draw tokens; default: where a field of sampling is given.'),
  temperature: shape.temperature.unwrap().optional(),
  top_k: shape.top_k.unwrap().optional(),
  top_p: shape.top_p.unwrap().optional(),
  repetition_penalty: shape.repetition_penalty,
  frequency_penalty: shape.frequency_penalty,
  seed: shape.seed,
  stop,
  stop_sequences: stop,
  return_full_text: z.boolean().default(false),
  details: z.boolean().default(false),
  top_n_tokens: z.int().min(0).max(20).default(0).describe('Alternatives of each token in `details`.'),
  grammar: grammar.optional(),
  best_of: z.literal(1).optional().describe('Nothing is generated to be thrown away.'),
  watermark: z.literal(false).optional().describe('Not supported.'),
  typical_p: z.literal(1).optional().describe('Not supported.'),
  truncate: z.undefined().optional().describe('Not supported: a prompt that is too long is refused.'),
});

type TgiRequest = z.output<typeof huggingfaceRequest>;

/** TGI takes the likeliest tokens unless something asks for others. */
const temperatureOf = ({ do_sample, temperature, top_k, top_p }: TgiRequest): number => {
  const draws = do_sample ?? (temperature !== undefined || top_k !== undefined || top_p !== undefined);
  return draws ? (temperature ?? 1) : 0;
};

const optionsOf = (fields: TgiRequest) => ({
  seed: fields.seed,
  stop: [...stopsOf(fields.stop), ...stopsOf(fields.stop_sequences)],
  n: 1,
});

const huggingface: Wire<Generations, TgiRequest> = {
  request: huggingfaceRequest,
  names: {
    prompt: 'inputs',
    max_tokens: 'max_new_tokens',
    stop_sequences: 'stop',
    response_format: 'grammar',
  },
  toTask: (fields) => ({
    prompt: fields.inputs,
    stream: fields.stream,
    max_tokens: fields.max_new_tokens,
    temperature: temperatureOf(fields),
    top_k: fields.top_k,
    top_p: fields.top_p,
    repetition_penalty: fields.repetition_penalty,
    frequency_penalty: fields.frequency_penalty,
    seed: fields.seed,
    stop_sequences: optionsOf(fields).stop,
    return_full_text: false,
    logprobs: fields.stream || fields.details ? fields.top_n_tokens : false,
    response_format: formatOf(fields.grammar),
  }),
  response: z.array(z.object({ generated_text: z.string(), details: details.optional() })),
  render(values, fields) {
    const { inputs, return_full_text: full, details: wanted, top_n_tokens: topTokens } = fields;
    return values.map((value, i) => {
      const [choice] = value.choices;
      const before = full ? [inputs].flat()[i]! : '';
      return {
        generated_text: before + choice!.text,
        ...(wanted ? { details: detailsOf(choice!, value, { ...optionsOf(fields), topTokens }) } : {}),
      };
    });
  },
  stream: {
    event,
    word: (fields, head) => {
      const stream = new TgiStream(head, optionsOf(fields));
      return (told) => stream.word(told);
    },
  },
};

export const wire: Wires<Generations> = { deepinfra, huggingface };
