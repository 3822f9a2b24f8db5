import { z } from 'zod';
import { text } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import { type Generations, request as task } from './schema.js';
import { looseResponseFormat } from './structure-schema.js';
import { huggingface } from './tgi-request-wire.js';
import { event, stop, stopsOf, TgiStream } from './tgi-wire.js';

const { shape } = task;
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
    word: ({ seed, num_responses: n }, head) => {
      const stream = new TgiStream(head, { seed, n });
      return (told) => stream.word(told);
    },
  },
};

export const wire: Wires<Generations> = { deepinfra, huggingface };
