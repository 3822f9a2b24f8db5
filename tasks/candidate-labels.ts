/** Zero-shot: labels that a request brings, and the sentence each is put into. */
import { z } from 'zod';
import { text } from './fields.js';

const list = z.array(text.min(1)).min(1).max(100);

export const candidateLabels = list.optional();

/** As Hugging Face's clients may send them. */
export const writtenLabels = z
  .union([list, text.min(1)])
  .optional()
  .describe('Zero-shot: the labels to choose from, as a list or divided by commas.');

export const labelsWritten = (labels: z.output<typeof writtenLabels>): string[] | undefined =>
  typeof labels === 'string' ? labels.split(',').map((label) => label.trim()) : labels;

export const hypothesisTemplate = text
  .refine((template) => template.includes('{}'), 'must hold {} where the label goes')
  .optional();

/** A sentence a label. */
export const hypothesesOf = (labels: readonly string[], template: string): string[] =>
  labels.map((label) => template.replace('{}', () => label));
