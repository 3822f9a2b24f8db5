import { z } from 'zod';
import { candidateLabels, hypothesisTemplate } from '../candidate-labels.js';
import { mediaField, mediaUrl, model, topK } from '../fields.js';
import { type ScoreFunction, scoreFunction } from '../rank-labels.js';

const fields = z.strictObject({
  model,
  image: mediaField('image'),
  image_url: mediaUrl('image'),
  top_k: topK.describe('How many labels, best first; default: all candidates, or at most 10 of the model.'),
  function_to_apply: scoreFunction
    .optional()
    .describe("Makes logits scores (`none`: leaves them raw); default: what the model's kind asks for."),
  candidate_labels: candidateLabels.describe(
    'Zero-shot: the labels to choose from. For models that compare pictures with texts (CLIP, SigLIP), which have none of their own.',
  ),
  hypothesis_template: hypothesisTemplate.describe(
    'Zero-shot: the sentence a label is put into; default "This is a photo of {}."',
  ),
});

export const request = fields.check(({ value, issues }) => {
  const { candidate_labels: candidates, function_to_apply: input } = value;
  const [path, message] = [['function_to_apply'], 'not beside candidate_labels'];
  if (candidates && input) issues.push({ code: 'custom', path, message, input });
});

export type ImageClassificationRequest = z.output<typeof request>;

export const response = z.object({
  labels: z.array(z.string()).describe('Best first.'),
  scores: z.array(z.number()),
});

export type ImageClassification = z.output<typeof response>;

export interface ImageClassificationParams {
  readonly topK: number | undefined;
  readonly scoreFunction: ScoreFunction | undefined;
  readonly candidateLabels: readonly string[] | undefined;
  readonly hypothesisTemplate: string | undefined;
}
