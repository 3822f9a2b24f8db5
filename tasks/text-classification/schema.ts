import { z } from 'zod';
import { model, text, texts, topK } from '../fields.js';

export const request = z.strictObject({
  model,
  inputs: texts,
  top_k: topK.describe('How many labels, best first; default: all, at most 10.'),
  multi_label: z.boolean().optional().describe('Score each label by itself instead of against the others.'),
  candidate_labels: z
    .array(text.min(1))
    .min(1)
    .max(100)
    .optional()
    .describe('Zero-shot: the labels to choose from. Needs a model trained on natural language inference.'),
  hypothesis_template: text
    .refine((template) => template.includes('{}'), 'must hold {} where the label goes')
    .optional()
    .describe('Zero-shot: the sentence a label is put into; default "This example is {}."'),
});

export type ClassificationRequest = z.output<typeof request>;

const entity = z.object({
  entity_group: z.string(),
  score: z.number(),
  word: z.string(),
  start: z.int().describe('Offset in characters (Unicode code points).'),
  end: z.int(),
});

const one = z.object({
  labels: z.array(z.string()).describe('Best first; for NER, one an entity in order of the text.'),
  scores: z.array(z.number()),
  entities: z.array(entity).optional().describe('Token classification (NER) models only.'),
  truncated: z.literal(true).optional().describe('The text was longer than the model reads and was cut.'),
});

export const response = z.union([one, z.object({ results: z.array(one) })]);

export type Entity = z.output<typeof entity>;
export type Classification = z.output<typeof one>;

export interface ClassificationParams {
  readonly topK: number | undefined;
  readonly multiLabel: boolean | undefined;
  readonly candidateLabels: readonly string[] | undefined;
  readonly hypothesisTemplate: string | undefined;
}
