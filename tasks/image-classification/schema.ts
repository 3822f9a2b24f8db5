import { z } from 'zod';
import { mediaField, mediaUrl, model, topK } from '../fields.js';

export const request = z.strictObject({
  model,
  image: mediaField('image'),
  image_url: mediaUrl('image'),
  top_k: topK.describe('How many labels, best first; default: all, at most 10.'),
});

export type ImageClassificationRequest = z.output<typeof request>;

export const response = z.object({
  labels: z.array(z.string()).describe('Best first.'),
  scores: z.array(z.number()),
});

export type ImageClassification = z.output<typeof response>;

export interface ImageClassificationParams {
  readonly topK: number | undefined;
}
