import { argumentsOfAny, checkFollowable, grammarPart } from '../../src/grammar/grammar.js';
import type { CallRules } from '../../src/runner/generate/call-format.js';
import { charactersPerToken } from '../fields.js';
import type { Room, StreamShape, Task } from '../task.js';
import { reportCallPieces, reportCalls } from './chat-schema.js';
import { modelOptions } from './options-schema.js';
import {
  event,
  type GenerationDelta,
  type GenerationInput,
  type GenerationParams,
  type GenerationRequest,
  type Generations,
  request,
  response,
  wholeWindow,
} from './schema.js';
import { grammarOf, type PlacedGrammar } from './structure-schema.js';
import { wire } from './wire.js';

/** The prompts of a request; a conversation is one, and so is a list of token ids. */
const promptsOf = (fields: GenerationRequest): GenerationInput[] => {
  const { prompt, messages } = fields;
  if (messages) return [callRulesOf(fields) ? { messages, tools: fields.tools } : { messages }];
  const all = isList(prompt) ? prompt : [prompt];
  return all.map((one) => (typeof one === 'string' ? { prompt: one } : { promptIds: one as number[] }));
};

const isList = (prompt: GenerationRequest['prompt']): prompt is string[] | number[][] =>
  Array.isArray(prompt) && typeof prompt[0] !== 'number';

const charactersOf = (input: GenerationInput): number => {
  if ('prompt' in input) return input.prompt.length;
  if ('promptIds' in input) return charactersPerToken * input.promptIds.length;
  const said = input.messages.reduce((sum, { content = '' }) => sum + content.length, 0);
  return said + JSON.stringify(input.tools ?? '').length;
};

/** Who asks for all that fits seldom gets so much: what such a request is taken to generate. */
const likelyTokens = 1024;

/** `undefined`: none wanted. */
const alternativesOf = (asked: boolean | number): number | undefined =>
  asked === false ? undefined : Number(asked === true ? 0 : asked);

const paramsOf = (fields: GenerationRequest, maxTokens: number): GenerationParams => ({
  sampling: {
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    minP: fields.min_p,
    typicalP: fields.typical_p,
    repetitionPenalty: fields.repetition_penalty,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    logitBias: Object.entries(fields.logit_bias).map(([id, bias]) => [Number(id), bias] as const),
  },
  maxTokens,
  minTokens: fields.min_tokens,
  ignoreEos: fields.ignore_eos,
  stop: fields.stop_sequences,
  stopTokenIds: fields.stop_token_ids,
  n: fields.n,
  seed: fields.seed,
  logprobs: alternativesOf(fields.logprobs),
  promptLogprobs: alternativesOf(fields.prompt_logprobs),
  truncatePromptTokens: fields.truncate_prompt_tokens,
  promptText: fields.return_full_text ?? false,
  grammar: checked(grammarOf(fields.response_format)),
  calls: checkedCalls(callRulesOf(fields)),
  stream: fields.stream,
});

/** `undefined`: nothing may be called, and the model hears of nothing that could be. */
const callRulesOf = (fields: GenerationRequest): CallRules | undefined => {
  const { tools, tool_choice: choice, parallel_tool_calls: isParallel } = fields;
  if (tools.length === 0 || choice === 'none') return undefined;
  const functions = tools.map(({ function: { name, parameters, strict } }, i) => ({
    name,
    parameters,
    strict,
    path: `tools[${i}].function.parameters`,
  }));
  if (typeof choice === 'string') return { functions, isForced: choice === 'required', isParallel };
  const wanted = functions.filter(({ name }) => name === choice.function.name);
  return { functions: wanted, isForced: true, isParallel: false };
};

const checkedCalls = (rules: CallRules | undefined): CallRules | undefined => {
  if (rules) checkFollowable(JSON.stringify(rules), argumentsOfAny(rules.functions), 'tools');
  return rules;
};

/** A grammar that cannot be followed is refused here, before anything waits for a model. */
const checked = (placed: PlacedGrammar | undefined): PlacedGrammar | undefined => {
  if (placed) checkFollowable(JSON.stringify(placed), grammarPart(placed.grammar, placed.path), placed.path);
  return placed;
};

/** Of one text. Who asks for all that there is room for gets what the plan allows; who asks for more than that is refused. */
const mostTokens = ({ max_tokens: asked }: GenerationRequest, texts: number, room: Room = {}): number => {
  const { windowTokens = wholeWindow, planTokens = Number.POSITIVE_INFINITY } = room;
  const allowed = asked === wholeWindow ? Math.max(1, Math.floor(planTokens / texts)) : wholeWindow;
  return Math.min(asked, windowTokens, allowed);
};

const usageOf = (promptTokens: number, cachedTokens: number, completionTokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});

const render = (values: readonly Generations[], fields: GenerationRequest) => {
  const prompts = promptsOf(fields);
  const full = fields.return_full_text ?? fields.messages === undefined;
  const results = values.flatMap(
    ({ promptTokens, cachedTokens, choices, promptText = '', promptLogprobs }, i) => {
      const input = prompts[i]!;
      const before = full && 'prompt' in input ? input.prompt : promptText;
      return choices.map(({ text, calls, tokens, finishReason, logprobs }) => ({
        generated_text: before + text,
        tokens_used: tokens,
        finish_reason: finishReason,
        usage: usageOf(promptTokens, cachedTokens, tokens),
        ...(logprobs ? { logprobs } : {}),
        ...(promptLogprobs ? { prompt_logprobs: promptLogprobs } : {}),
        ...(calls ? { tool_calls: reportCalls(calls) } : {}),
      }));
    },
  );
  return results.length === 1 ? { ...results[0] } : { ...results[0], results };
};

/** Several texts in one stream are told apart by an index: prompt by prompt, choice by choice. */
const stream: StreamShape<GenerationRequest, Generations> = {
  event,
  asksFor: (fields) => fields.stream,
  force: (fields) => ({ ...fields, stream: true }),
  renderDelta(delta, index, fields) {
    const { choice, text, calls, logprobs } = delta as GenerationDelta;
    const several = fields.n > 1 || isList(fields.prompt);
    return {
      token: text,
      finished: false,
      ...(several ? { index: index * fields.n + choice } : {}),
      ...(logprobs ? { logprobs } : {}),
      ...(calls ? { tool_calls: reportCallPieces(calls) } : {}),
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
  modelOptions,
  wire,
  split(fields, _media, room) {
    const prompts = promptsOf(fields);
    const texts = prompts.length * fields.n;
    const maxTokens = mostTokens(fields, texts, room);
    const works = prompts.map((input) => {
      const characters = charactersOf(input);
      // What is generated takes time too.
      const generated = charactersPerToken * Math.min(maxTokens, likelyTokens) * fields.n;
      return { input, size: Math.max(1, characters + generated), bytes: 2 * characters };
    });
    return { works, params: paramsOf(fields, maxTokens), mostOutputTokens: texts * maxTokens };
  },
  isRepeatable: ({ temperature, seed }) => temperature === 0 || seed !== undefined,
  render,
  stream,
};
