import { z } from 'zod';
import { model, text, topK } from '../fields.js';

/** Tokens: more than any model reads at once. */
const tokens = z.number().int().min(1).max(100_000);

/** In characters: some thousand windows of a small model. */
const longestContext = 200_000;

export const request = z.strictObject({
  model,
  question: text.min(1).describe('What is asked.'),
  context: text
    .min(1)
    .max(longestContext)
    .describe('The text that the answer is taken from; a long one is read in windows.'),
  top_k: topK.default(1).describe('How many answers, best first.'),
  max_answer_len: tokens.max(1000).default(15).describe('The longest answer, in tokens.'),
  max_seq_len: tokens
    .optional()
    .describe(
      'Tokens of a window, those of the question included; default: what the model reads, at most 384.',
    ),
  doc_stride: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .optional()
    .describe('Tokens by which two windows overlap; default: half a window, at most 128.'),
  handle_impossible_answer: z
    .boolean()
    .default(false)
    .describe('Allow an empty answer, where the model was trained to say that there is none.'),
  align_to_words: z.boolean().default(true).describe('Answer in whole words.'),
});

export type QuestionRequest = z.output<typeof request>;

const found = z.object({
  answer: z.string(),
  score: z
    .number()
    .describe(
      'Probability of its start times that of its end; added up where a text holds it more than once.',
    ),
  start: z.int().describe('Offset in the context, in characters (Unicode code points).'),
  end: z.int(),
});

export const response = found.extend({
  answers: z.array(found).optional().describe('With `top_k` above 1: all of them, best first.'),
});

export type FoundAnswer = z.output<typeof found>;

/** Of a context without a token. */
export const noAnswer: FoundAnswer = { answer: '', score: 0, start: 0, end: 0 };

export interface QuestionInput {
  readonly question: string;
  readonly context: string;
}

export interface QuestionParams {
  readonly topK: number;
  readonly maxAnswerTokens: number;
  readonly windowTokens: number | undefined;
  readonly overlapTokens: number | undefined;
  readonly mayBeEmpty: boolean;
  readonly wholeWords: boolean;
}

/** Best first; none only where the context has no token at all. */
export interface Answers {
  readonly answers: readonly FoundAnswer[];
}
