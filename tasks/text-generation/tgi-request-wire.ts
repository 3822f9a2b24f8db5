/** text-generation-inference's request and answer, which are Hugging Face's of text generation. */
import { z } from 'zod';
import { maxInputs, text } from '../fields.js';
import type { Wire } from '../wire.js';
import { type Generation, type Generations, request as task } from './schema.js';
import { jsonSchema } from './structure-schema.js';
import { bestOf, details, detailsOf, event, stop, stopsOf, TgiStream } from './tgi-wire.js';

const { shape } = task;
const prompt = text.min(1);

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

const fields = z.object({
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
  decoder_input_details: z
    .boolean()
    .default(false)
    .describe("The prompt's tokens in `details`. Not in a stream."),
  best_of: shape.n
    .unwrap()
    .optional()
    .describe('Draw so many texts, all paid for, and answer the one whose tokens are likeliest on average.'),
  typical_p: shape.typical_p.unwrap().optional(),
  truncate: shape.truncate_prompt_tokens,
  watermark: z.literal(false).optional().describe('No text is marked: `true` is refused.'),
});

type TgiRequest = z.output<typeof fields>;

/** TGI takes the likeliest tokens unless something asks for others. */
const temperatureOf = ({ do_sample, temperature, top_k, top_p, typical_p }: TgiRequest): number => {
  const draws =
    do_sample ?? [temperature, top_k, top_p, typical_p].some((sampling) => sampling !== undefined);
  return draws ? (temperature ?? 1) : 0;
};

const huggingfaceRequest = fields.check(({ value, issues }) => {
  const refuse = (field: keyof TgiRequest, message: string) =>
    issues.push({ code: 'custom', path: [field], message, input: value[field] });
  if (value.decoder_input_details && value.stream) refuse('decoder_input_details', 'false in a stream');
  if ((value.best_of ?? 1) === 1) return;
  if (value.stream) refuse('best_of', '1 in a stream');
  if (temperatureOf(value) === 0)
    refuse('best_of', '1 where nothing is drawn: the likeliest tokens are the same each time');
});

const optionsOf = (given: TgiRequest) => ({ seed: given.seed, n: 1 });

const reports = (given: TgiRequest): boolean => given.stream || given.details || given.best_of !== undefined;

/** The best text comes first. */
const allDetailsOf = ([best, ...others]: readonly Generation[], value: Generations, given: TgiRequest) => {
  const options = { ...optionsOf(given), topTokens: given.top_n_tokens };
  return {
    ...detailsOf(best!, value, options),
    ...(others.length > 0
      ? {
          best_of_sequences: others.map((one) => {
            const { input_length: _, ...told } = detailsOf(one, value, options);
            return { generated_text: one.text, ...told };
          }),
        }
      : {}),
  };
};

export const huggingface: Wire<Generations, TgiRequest> = {
  request: huggingfaceRequest,
  names: {
    prompt: 'inputs',
    max_tokens: 'max_new_tokens',
    stop_sequences: 'stop',
    response_format: 'grammar',
    prompt_logprobs: 'decoder_input_details',
    truncate_prompt_tokens: 'truncate',
    n: 'best_of',
  },
  toTask: (given) => ({
    prompt: given.inputs,
    stream: given.stream,
    max_tokens: given.max_new_tokens,
    temperature: temperatureOf(given),
    top_k: given.top_k,
    top_p: given.top_p,
    typical_p: given.typical_p,
    repetition_penalty: given.repetition_penalty,
    frequency_penalty: given.frequency_penalty,
    seed: given.seed,
    n: given.best_of,
    stop_sequences: [...stopsOf(given.stop), ...stopsOf(given.stop_sequences)],
    truncate_prompt_tokens: given.truncate,
    return_full_text: false,
    logprobs: reports(given) ? given.top_n_tokens : false,
    prompt_logprobs: given.details && given.decoder_input_details && 0,
    response_format: formatOf(given.grammar),
  }),
  response: z.array(z.object({ generated_text: z.string(), details: details.optional() })),
  render(values, given) {
    const { inputs, return_full_text: full, details: wanted } = given;
    return values.map((value, i) => {
      const choices = bestOf(value.choices, value.choices.length);
      const before = full ? [inputs].flat()[i]! : '';
      return {
        generated_text: before + choices[0]!.text,
        ...(wanted ? { details: allDetailsOf(choices, value, given) } : {}),
      };
    });
  },
  stream: {
    event,
    word: (given, head) => {
      const stream = new TgiStream(head, optionsOf(given));
      return (told) => stream.word(told);
    },
  },
};
