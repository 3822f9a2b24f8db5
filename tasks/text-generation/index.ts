import { asArray } from '../fields.js';
import type { StreamShape, Task } from '../task.js';
import {
  event,
  type GenerationDelta,
  type GenerationInput,
  type GenerationParams,
  type GenerationRequest,
  type Generations,
  request,
  response,
} from './schema.js';

/** The prompts of a request; a conversation is one. */
const promptsOf = ({ prompt, messages }: GenerationRequest): GenerationInput[] =>
  messages ? [{ messages }] : asArray(prompt ?? '').map((one) => ({ prompt: one }));

const lengthOf = (input: GenerationInput): number =>
  'prompt' in input
    ? input.prompt.length
    : input.messages.reduce((sum, { content }) => sum + content.length, 0);

const paramsOf = (fields: GenerationRequest): GenerationParams => ({
  sampling: {
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    minP: fields.min_p,
    repetitionPenalty: fields.repetition_penalty,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    logitBias: Object.entries(fields.logit_bias).map(([id, bias]) => [Number(id), bias] as const),
  },
  maxTokens: fields.max_tokens,
  minTokens: fields.min_tokens,
  ignoreEos: fields.ignore_eos,
  stop: fields.stop_sequences,
  n: fields.n,
  seed: fields.seed,
  logprobs: fields.logprobs === false ? undefined : Number(fields.logprobs === true ? 0 : fields.logprobs),
  stream: fields.stream,
});

const usageOf = (promptTokens: number, cachedTokens: number, completionTokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});

const render = (values: readonly Generations[], fields: GenerationRequest) => {
  const prompts = promptsOf(fields);
  const full = fields.return_full_text ?? fields.messages === undefined;
  const results = values.flatMap(({ promptTokens, cachedTokens, choices }, i) => {
    const input = prompts[i]!;
    const before = full && 'prompt' in input ? input.prompt : '';
    return choices.map(({ text, tokens, finishReason, logprobs }) => ({
      generated_text: before + text,
      tokens_used: tokens,
      finish_reason: finishReason,
      usage: usageOf(promptTokens, cachedTokens, tokens),
      ...(logprobs ? { logprobs } : {}),
    }));
  });
  return results.length === 1 ? { ...results[0] } : { ...results[0], results };
};

/** Several texts in one stream are told apart by an index: prompt by prompt, choice by choice. */
const stream: StreamShape<GenerationRequest, Generations> = {
  event,
  asksFor: (fields) => fields.stream,
  force: (fields) => ({ ...fields, stream: true }),
  renderDelta(delta, index, fields) {
    const { choice, text, logprobs } = delta as GenerationDelta;
    const several = fields.n > 1 || Array.isArray(fields.prompt);
    return {
      token: text,
      finished: false,
      ...(several ? { index: index * fields.n + choice } : {}),
      ...(logprobs ? { logprobs } : {}),
    };
  },
  renderEnd(values) {
    const choices = values.flatMap((value) => value.choices);
    const completionTokens = choices.reduce((sum, { tokens }) => sum + tokens, 0);
    const promptTokens = values.reduce((sum, value) => sum + value.promptTokens, 0);
    const cachedTokens = values.reduce((sum, value) => sum + value.cachedTokens, 0);
    return {
      token: '',
      finished: true,
      finish_reason: choices[0]?.finishReason,
      tokens_used: completionTokens,
      usage: usageOf(promptTokens, cachedTokens, completionTokens),
      ...(choices.length > 1
        ? {
            results: choices.map(({ finishReason, tokens }) => ({
              finish_reason: finishReason,
              tokens_used: tokens,
            })),
          }
        : {}),
    };
  },
  renderError: (error) => ({ token: '', finished: true, error }),
};

export const textGeneration: Task<GenerationRequest, Generations> = {
  name: 'text-generation',
  aliases: ['text2text-generation', 'conversational'],
  summary: 'Continues a text, or answers in a conversation.',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  split(fields) {
    const works = promptsOf(fields).map((input) => {
      const characters = lengthOf(input);
      // What is generated takes time too: about four characters a token.
      return { input, size: characters + 4 * fields.max_tokens * fields.n, bytes: 2 * characters };
    });
    return { works, params: paramsOf(fields) };
  },
  render,
  stream,
};
