/** Scores to ranked labels: what every classifier's answer ends in. */
import { z } from 'zod';

/** Probabilities that sum to 1; the largest is subtracted first, so nothing overflows. */
export const softmax = (logits: Float32Array | readonly number[]): number[] => {
  const values = Array.from(logits);
  // Vocabularies have more entries than a call takes arguments.
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = values.map((value) => Math.exp(value - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
};

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Labels when a request does not say how many. */
const defaultTopK = 10;

/** Best first; equal scores keep the model's order. */
export const rankLabels = (
  scores: readonly number[],
  labels: readonly string[],
  topK = defaultTopK,
): { labels: string[]; scores: number[] } => {
  const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const best = order.slice(0, topK);
  return {
    labels: best.map((index) => labels[index] ?? `LABEL_${index}`),
    scores: best.map((index) => scores[index]!),
  };
};

/** What `config.json` says about a classifier's outputs. */
export interface LabelConfig {
  readonly id2label?: Readonly<Record<string, string>>;
  readonly problem_type?: string;
}

/** `labels[i]` names output i. */
export const labelsOf = ({ id2label = {} }: LabelConfig): string[] => {
  const labels: string[] = [];
  for (const [id, label] of Object.entries(id2label)) labels[Number(id)] = label;
  return labels;
};

export const scoreFunction = z.enum(['sigmoid', 'softmax', 'none']);

export type ScoreFunction = z.output<typeof scoreFunction>;

/** Logits to scores by the function that was asked for, or that transformers takes for a model of this kind. */
export const scoresOf = (
  logits: Float32Array,
  config: LabelConfig,
  wanted: ScoreFunction = usualFunction(logits.length, config),
): number[] => {
  if (wanted === 'none') return Array.from(logits);
  return wanted === 'sigmoid' ? Array.from(logits, sigmoid) : softmax(logits);
};

const usualFunction = (labels: number, { problem_type }: LabelConfig): ScoreFunction => {
  if (problem_type === 'regression') return 'none';
  return problem_type === 'multi_label_classification' || labels === 1 ? 'sigmoid' : 'softmax';
};
