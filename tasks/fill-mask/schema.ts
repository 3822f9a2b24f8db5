import { z } from 'zod';
import { model, text, texts, topK } from '../fields.js';

export const request = z.strictObject({
  model,
  inputs: texts.describe(
    "A text, or an array, each with the model's mask token, mostly `[MASK]` or `<mask>`.",
  ),
  top_k: topK.default(5).describe('How many fillings, best first.'),
  targets: z
    .array(text.min(1))
    .min(1)
    .max(1000)
    .optional()
    .describe('Choose among these alone; of what is no token by itself, its first token.'),
});

export type FillMaskRequest = z.output<typeof request>;

export const fill = z.object({
  score: z.number().describe('Probability of the token in this place.'),
  token: z.int(),
  token_str: z.string(),
  sequence: z.string().describe('The text with the token in it.'),
});

const one = z.object({
  fills: z
    .union([z.array(fill), z.array(z.array(fill))])
    .describe('Best first; of a text with several masks, a list for each, the others left as they are.'),
  truncated: z.literal(true).optional().describe('The text was longer than the model reads and was cut.'),
});

export const response = z.union([one, z.object({ results: z.array(one) })]);

export type Fill = z.output<typeof fill>;

export interface FillMaskParams {
  readonly topK: number;
  readonly targets: readonly string[] | undefined;
}

export interface FilledMasks {
  /** For each mask of the text, in order. */
  readonly masks: readonly (readonly Fill[])[];
  readonly truncated: boolean;
}
