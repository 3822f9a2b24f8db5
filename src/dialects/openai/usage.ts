/** Usage as OpenAI words it: one figure for a request, however many prompts and choices it had. */
import { z } from 'zod';
import type { Generations } from '../../../tasks/text-generation/schema.js';

export const usageSchema = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int() }),
});

export const usageOf = (values: readonly Generations[]): z.output<typeof usageSchema> => {
  const sum = (of: (value: Generations) => number) => values.reduce((all, value) => all + of(value), 0);
  const prompt = sum(({ promptTokens }) => promptTokens);
  const completion = sum(({ choices }) => choices.reduce((all, { tokens }) => all + tokens, 0));
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(({ cachedTokens }) => cachedTokens) },
  };
};
