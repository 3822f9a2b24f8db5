/** Generated text in the words of text-generation-inference, which Hugging Face's and DeepInfra's clients read. */
import { z } from 'zod';
import type { TokenReport } from '../../src/runner/generate/sequence.js';
import { text } from '../fields.js';
import type { Told, WireHead } from '../wire.js';
import type { Generation, GenerationDelta, Generations } from './schema.js';

export const stop = z.union([text, z.array(text).max(16)]).default([]);

export const stopsOf = (given: z.output<typeof stop>): string[] => [given].flat().filter((one) => one !== '');

const token = z.object({
  id: z.int(),
  text: z.string(),
  logprob: z.number(),
  special: z.boolean().describe('It ends the text and says nothing.'),
});

const finishReason = z.enum(['length', 'eos_token', 'stop_sequence']);

const prefillToken = z.object({
  id: z.int(),
  text: z.string(),
  logprob: z.number().nullable().describe('Nothing stands before the first token, so it has none.'),
});

const told = {
  finish_reason: finishReason,
  generated_tokens: z.int(),
  seed: z.int().nullable(),
  prefill: z.array(prefillToken).describe("The prompt's tokens, with `decoder_input_details`."),
  tokens: z.array(token),
  top_tokens: z.array(z.array(token)).optional(),
};

export const details = z.object({
  ...told,
  input_length: z.int(),
  best_of_sequences: z
    .array(z.object({ generated_text: z.string(), ...told }))
    .optional()
    .describe('With `best_of`: the texts that were not the best.'),
});

/** Beside TGI's fields those of a completion in OpenAI's form, so that clients of both read it. */
export const event = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      text: z.string(),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'length']).nullable(),
    }),
  ),
  usage: z
    .object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() })
    .optional()
    .describe('Last event only.'),
  index: z.int().describe('Counts the events of a text, from 1.'),
  token,
  generated_text: z.string().nullable().describe('The whole text, with its last event.'),
  details: details
    .pick({ finish_reason: true, generated_tokens: true, input_length: true, seed: true })
    .nullable(),
});

const tokenOf = ({ token_id: id, token: text, logprob }: Omit<TokenReport, 'top'>, special = false) => ({
  id,
  text,
  logprob,
  special,
});

/** Those whose tokens the model thought likeliest on average come first; of equals the first. */
export const bestOf = (choices: readonly Generation[], count: number): readonly Generation[] =>
  choices.toSorted((a, b) => meanLogprob(b) - meanLogprob(a)).slice(0, count);

const meanLogprob = ({ logprobs = [] }: Generation): number =>
  logprobs.length === 0
    ? Number.NEGATIVE_INFINITY
    : logprobs.reduce((sum, { logprob }) => sum + logprob, 0) / logprobs.length;

export interface TgiOptions {
  readonly seed: number | undefined;
  /** How many texts a prompt has. */
  readonly n: number;
}

const reasonOf = ({ finishReason: reason, endedBy }: Generation): z.output<typeof finishReason> => {
  if (reason === 'length') return 'length';
  return endedBy === 'string' ? 'stop_sequence' : 'eos_token';
};

const summaryOf = (choice: Generation, { promptTokens }: Generations, { seed }: TgiOptions) => ({
  finish_reason: reasonOf(choice),
  generated_tokens: choice.tokens,
  input_length: promptTokens,
  seed: seed ?? null,
});

/** `topTokens`: how many alternatives of each token were asked for. */
export const detailsOf = (
  choice: Generation,
  value: Generations,
  options: TgiOptions & { readonly topTokens: number },
): Omit<z.output<typeof details>, 'best_of_sequences'> => {
  const summary = summaryOf(choice, value, options);
  const reports = choice.logprobs ?? [];
  const isEnd = (i: number) => choice.endedBy === 'token' && i === reports.length - 1;
  return {
    ...summary,
    prefill: (value.promptLogprobs ?? []).map(({ token_id: id, token: text, logprob }) => ({
      id,
      text,
      logprob,
    })),
    tokens: reports.map((report, i) => tokenOf(report, isEnd(i))),
    ...(options.topTokens > 0
      ? { top_tokens: reports.map(({ top }) => top.map((one) => tokenOf(one))) }
      : {}),
  };
};

/** The events of a stream; needs the tokens to be reported. */
export class TgiStream {
  readonly #head: object;
  readonly #options: TgiOptions;
  /** Events of each text so far. */
  readonly #counts = new Map<number, number>();

  constructor({ id, created, model }: WireHead, options: TgiOptions) {
    this.#head = { id: `cmpl-${id}`, object: 'text_completion', created, model };
    this.#options = options;
  }

  word(told: Told<Generations>): object[] {
    if (told.type === 'result') return this.#ends(told.index, told.value);
    const { choice, text, logprobs } = told.delta as GenerationDelta;
    // Held back, as the first bytes of a character are: it comes with a later token.
    if (text === '') return [];
    return [this.#event(told.index * this.#options.n + choice, { text, report: logprobs?.at(-1) })];
  }

  #ends(index: number, value: Generations): object[] {
    const { promptTokens } = value;
    return value.choices.map((choice, i) => {
      const summary = summaryOf(choice, value, this.#options);
      const usage = {
        prompt_tokens: promptTokens,
        completion_tokens: choice.tokens,
        total_tokens: promptTokens + choice.tokens,
      };
      const end = { usage, generated_text: choice.text, details: summary };
      return this.#event(index * this.#options.n + i, { text: '', report: choice.logprobs?.at(-1), end });
    });
  }

  #event(
    text: number,
    told: {
      readonly text: string;
      readonly report: TokenReport | undefined;
      readonly end?: { readonly details: { readonly finish_reason: string } } & Record<string, unknown>;
    },
  ): object {
    const { report, end } = told;
    const index = (this.#counts.get(text) ?? 0) + 1;
    this.#counts.set(text, index);
    const reason = end && (end.details.finish_reason === 'length' ? 'length' : 'stop');
    return {
      ...this.#head,
      choices: [{ index: text, text: told.text, logprobs: null, finish_reason: reason ?? null }],
      index,
      token: {
        ...tokenOf(report ?? { token_id: 0, token: '', logprob: 0 }, end !== undefined),
        text: told.text,
      },
      generated_text: null,
      details: null,
      ...end,
    };
  }
}
