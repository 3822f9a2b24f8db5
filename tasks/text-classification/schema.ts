import { z } from 'zod';
import { candidateLabels, hypothesisTemplate } from '../candidate-labels.js';
import { maxInputs, model, text, texts, topK, truncationDirection } from '../fields.js';
import { type ScoreFunction, scoreFunction } from '../rank-labels.js';

const aggregationStrategies = ['none', 'simple', 'first', 'average', 'max'] as const;

export type AggregationStrategy = (typeof aggregationStrategies)[number];

const fields = z.strictObject({
  model,
  inputs: texts,
  text_pair: z
    .union([text, z.array(text.nullable()).min(1).max(maxInputs)])
    .optional()
    .describe(
      'The second text of each pair, for models that compare two (cross-encoders, NLI): as many as `inputs`, `null` where there is none. One text beside an array goes with each of it.',
    ),
  top_k: topK.describe('How many labels, best first; default: all candidates, or at most 10 of the model.'),
  multi_label: z.boolean().optional().describe('Score each label by itself instead of against the others.'),
  function_to_apply: scoreFunction
    .optional()
    .describe(
      "Makes logits scores (`none`: leaves them raw); default: by `multi_label`, or the model's kind.",
    ),
  truncate: z
    .boolean()
    .default(true)
    .describe('Cut inputs that exceed the model; `false` answers 400 instead.'),
  truncation_direction: truncationDirection,
  candidate_labels: candidateLabels.describe(
    'Zero-shot: the labels to choose from. Needs a model trained on natural language inference.',
  ),
  aggregation_strategy: z
    .enum(aggregationStrategies)
    .default('simple')
    .describe(
      "Token classification: whether a word's tokens may have labels of their own (`simple`), or all have that of the first, of the surest (`max`), or of the average; `none`: tokens by themselves, with their labels as they are.",
    ),
  ignore_labels: z
    .array(text)
    .max(1000)
    .default(['O'])
    .describe('Token classification: labels, and groups of them, that are left out.'),
  stride: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe(
      'Token classification: read all of a long text, in windows that have so many tokens in common; left out, it is cut.',
    ),
  hypothesis_template: hypothesisTemplate.describe(
    'Zero-shot: the sentence a label is put into; default "This example is {}."',
  ),
});

export const request = fields.check(({ value, issues }) => {
  const { inputs, text_pair: pairs, candidate_labels: candidates, function_to_apply: wanted } = value;
  const { stride, aggregation_strategy: strategy } = value;
  const refuse = (field: keyof typeof value, message: string, input: unknown) =>
    issues.push({ code: 'custom', path: [field], message, input });
  // What two windows say of the same tokens can only be compared where it is of whole entities.
  if (stride !== undefined && strategy === 'none') refuse('stride', 'none without aggregation', stride);
  if (candidates && pairs !== undefined) refuse('text_pair', 'not beside candidate_labels', pairs);
  if (candidates && wanted) refuse('function_to_apply', 'not beside candidate_labels', wanted);
  if (Array.isArray(inputs) && Array.isArray(pairs) && inputs.length !== pairs.length)
    refuse('text_pair', `as many texts as inputs, ${inputs.length}`, pairs);
});

export type ClassificationRequest = z.output<typeof request>;

const entity = z.object({
  entity_group: z.string().describe('Without aggregation: the label as it is.'),
  score: z.number(),
  index: z
    .int()
    .optional()
    .describe('Without aggregation: which of the tokens it is, special ones included.'),
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

/** What the runner gets for one input: a text, or two that are compared. */
export type ClassifierInput = string | readonly [string, string];

export interface ClassificationParams {
  readonly topK: number | undefined;
  readonly multiLabel: boolean | undefined;
  readonly scoreFunction: ScoreFunction | undefined;
  readonly truncate: boolean;
  readonly cutSide: ClassificationRequest['truncation_direction'];
  readonly candidateLabels: readonly string[] | undefined;
  readonly hypothesisTemplate: string | undefined;
  readonly aggregation: AggregationStrategy;
  readonly ignoredLabels: readonly string[];
  /** Tokens that two windows of a text have in common; `undefined`: one window, what exceeds it is cut. */
  readonly strideTokens: number | undefined;
}
