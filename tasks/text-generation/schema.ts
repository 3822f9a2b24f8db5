import { z } from 'zod';
import type { CallRules } from '../../src/runner/generate/call-format.js';
import type { Call, CallDelta } from '../../src/runner/generate/call-reader.js';
import type { SamplingParams } from '../../src/runner/generate/sampler.js';
import type { EndedBy, TokenReport } from '../../src/runner/generate/sequence.js';
import { maxInputs, model, text, tokenIds } from '../fields.js';
import {
  type ChatMessage,
  callPiece,
  messages,
  reportedCall,
  type Tool,
  toolChoice,
  tools,
} from './chat-schema.js';
import { type PlacedGrammar, responseFormat } from './structure-schema.js';

/** More than any window: as much as there is room for. */
export const wholeWindow = 1_000_000;

const penalty = z.number().min(-2).max(2);

export const request = z
  .strictObject({
    model,
    prompt: z
      .union([text, z.array(text).min(1).max(maxInputs), tokenIds, z.array(tokenIds).min(1).max(maxInputs)])
      .optional()
      .describe(
        'Text to continue, or its token ids, or an array of either. An empty text begins as the model does. This or `messages`.',
      ),
    messages,
    max_tokens: z
      .number()
      .int()
      .min(0)
      .default(256)
      .describe("Clamped to what the model's window leaves. 0 only with `prompt_logprobs`."),
    temperature: z.number().min(0).max(2).default(1).describe('0 takes the likeliest token each time.'),
    top_p: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe('Sample from the likeliest tokens that together have this probability.'),
    top_k: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Sample from so many likeliest tokens; 0: off.'),
    min_p: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Drop tokens less likely than this share of the likeliest; 0: off.'),
    typical_p: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe(
        'Sample from the tokens whose information is nearest to what is expected, that together have this probability; 1: off.',
      ),
    repetition_penalty: z
      .number()
      .min(0.01)
      .max(10)
      .default(1)
      .describe('Divides the score of tokens seen in prompt or text.'),
    frequency_penalty: penalty.default(0).describe('Taken off a token once for every time it was generated.'),
    presence_penalty: penalty.default(0).describe('Taken off every token that was generated.'),
    logit_bias: z
      .record(z.string().regex(/^\d+$/, 'keys are token ids'), z.number().min(-100).max(100))
      .default({})
      .describe('Token id to what is added to its score.'),
    stop_sequences: z.array(text.min(1)).max(16).default([]).describe('Generation ends before any of these.'),
    stop_token_ids: z
      .array(z.int().min(0).max(0x7fffffff))
      .max(128)
      .default([])
      .describe("Tokens that end the text beside the model's own end, also with `ignore_eos`."),
    seed: z
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('The same seed gives the same text.'),
    n: z.number().int().min(1).max(16).default(1).describe('How many texts for each prompt.'),
    min_tokens: z.number().int().min(0).max(1_000_000).default(0).describe('No end before so many tokens.'),
    ignore_eos: z.boolean().default(false).describe("Go on after the model's own end."),
    logprobs: z
      .union([z.boolean(), z.number().int().min(0).max(20)])
      .default(false)
      .describe('Log-probability of each token; a number asks for so many alternatives too.'),
    prompt_logprobs: z
      .union([z.boolean(), z.number().int().min(0).max(20)])
      .default(false)
      .describe('As `logprobs`, for the tokens of the prompt. Not in a stream; such a prompt is read anew.'),
    response_format: responseFormat,
    tools,
    tool_choice: toolChoice,
    parallel_tool_calls: z.boolean().default(true).describe('Whether one answer may call several times.'),
    truncate_prompt_tokens: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Read only the end of a longer prompt: so many tokens, what begins a text among them.'),
    return_full_text: z
      .boolean()
      .optional()
      .describe('Put the prompt before the text; default true, false for `messages`.'),
    stream: z.boolean().default(false).describe('Answer as `/stream` does.'),
  })
  .check(({ value, issues }) => {
    const { prompt, messages, tools, tool_choice: choice } = value;
    const refuse = (path: string, message: string, input: unknown) =>
      issues.push({ code: 'custom', path: [path], message, input });
    if ((prompt === undefined) === (messages === undefined))
      refuse('prompt', 'either prompt or messages', prompt);
    if (value.prompt_logprobs !== false && value.stream)
      refuse('prompt_logprobs', 'false in a stream', value.prompt_logprobs);
    if (value.prompt_logprobs === false && value.max_tokens === 0)
      refuse('max_tokens', 'at least 1 (0 only with prompt_logprobs)', 0);
    if (messages && value.truncate_prompt_tokens !== undefined)
      refuse('truncate_prompt_tokens', 'none with messages', value.truncate_prompt_tokens);
    const names = tools.map((tool) => tool.function.name);
    if (names.length > 0 && !messages) refuse('tools', 'none without messages', tools);
    if (new Set(names).size < names.length) refuse('tools', 'functions with different names', names);
    if (choice === 'required' && names.length === 0)
      refuse('tool_choice', 'auto or none without tools', choice);
    if (typeof choice === 'object' && !names.includes(choice.function.name))
      refuse('tool_choice', `one of the tools: ${names.join(', ')}`, choice.function.name);
  });

export type GenerationRequest = z.output<typeof request>;

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'cancelled']);

const tokenLogprob = z.object({
  token: z.string(),
  token_id: z.int(),
  logprob: z.number(),
  top: z.array(z.object({ token: z.string(), token_id: z.int(), logprob: z.number() })),
});

/** Nothing stands before the first token of a prompt, so it has no probability. */
const promptLogprob = tokenLogprob.extend({ logprob: z.number().nullable() });

const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({
    cached_tokens: z.int().describe('Prompt tokens that cost nothing: an earlier request began the same.'),
  }),
});

const one = z.object({
  generated_text: z.string(),
  tokens_used: z.int().describe('Tokens generated.'),
  finish_reason: finishReason,
  usage,
  logprobs: z.array(tokenLogprob).optional(),
  prompt_logprobs: z.array(promptLogprob).optional(),
  tool_calls: z.array(reportedCall).optional().describe('With `finish_reason` `tool_calls`.'),
});

export const response = one.extend({
  results: z.array(one).optional().describe('With several prompts or n > 1: all texts, prompt by prompt.'),
});

export const event = z.object({
  token: z.string().describe('New text only; may be empty.'),
  finished: z.boolean(),
  index: z.int().optional().describe('Which text, when there are several.'),
  tool_calls: z.array(callPiece).optional().describe('New pieces of calls.'),
  logprobs: z.array(tokenLogprob).optional(),
  finish_reason: finishReason.optional().describe('Last event only, as what follows.'),
  tokens_used: z.int().optional(),
  usage: usage.optional(),
  error: z.object({ code: z.string(), message: z.string(), request_id: z.string() }).optional(),
});

export type FinishReason = z.output<typeof finishReason>;

/** What a runner gets for every prompt. */
export interface GenerationParams {
  readonly sampling: SamplingParams;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  readonly stop: readonly string[];
  /** Ids that end the text beside the model's own; these count with `ignoreEos` too. */
  readonly stopTokenIds: readonly number[];
  readonly n: number;
  readonly seed: number | undefined;
  /** `undefined`: none wanted; else how many alternatives a token. */
  readonly logprobs: number | undefined;
  /** The same for the prompt's tokens. */
  readonly promptLogprobs?: number | undefined;
  /** How many tokens of a longer prompt are read, from its end. */
  readonly truncatePromptTokens?: number | undefined;
  /** Whether a prompt of token ids is wanted as text. */
  readonly promptText?: boolean;
  /** What the texts are held to. */
  readonly grammar?: PlacedGrammar | undefined;
  /** Which functions may or must be called. */
  readonly calls?: CallRules | undefined;
  readonly stream: boolean;
}

/** One prompt: text to continue, or its tokens, or a conversation. */
export type GenerationInput =
  | { readonly prompt: string }
  | { readonly promptIds: readonly number[] }
  | { readonly messages: readonly ChatMessage[]; readonly tools?: readonly Tool[] };

export interface GenerationDelta {
  /** Which of the prompt's `n` texts. */
  readonly choice: number;
  readonly text: string;
  readonly calls?: readonly CallDelta[];
  readonly logprobs?: readonly TokenReport[];
}

export interface Generation {
  /** Without the calls. */
  readonly text: string;
  readonly calls?: readonly Call[];
  readonly tokens: number;
  readonly finishReason: FinishReason;
  readonly endedBy?: EndedBy;
  readonly logprobs?: readonly TokenReport[];
}

/** The answer for one prompt. */
export interface Generations {
  readonly promptTokens: number;
  /** Of these, how many were in the cache already. */
  readonly cachedTokens: number;
  readonly choices: readonly Generation[];
  /** Of a prompt of token ids, where it is wanted. */
  readonly promptText?: string;
  readonly promptLogprobs?: readonly PromptReport[];
}

/** Nothing stands before the first token, so it has no probability. */
export type PromptReport = Omit<TokenReport, 'logprob'> & { readonly logprob: number | null };
