/** What DETR and its relatives answer to objects with boxes, as their `post_process_object_detection` in transformers does. */
import type { Size } from '../../src/media/image-resample.js';
import { sigmoid } from '../rank-labels.js';
import type { DetectedObject } from './schema.js';

/** One picture's outputs. */
export interface Queries {
  /** [queries, classes] */
  readonly logits: Float32Array;
  /** [queries, 4]: centre x, centre y, width, height as parts of the model's input. */
  readonly boxes: Float32Array;
  readonly classes: number;
}

/** How scores are read: against each other and a last class "nothing", or each class by itself, so many best at most. */
export type Scoring =
  | { readonly kind: 'softmax' }
  | { readonly kind: 'sigmoid'; readonly maxObjects?: number };

/** Architectures whose last class is "nothing". */
const withBackground = new Set(['detr', 'table-transformer', 'yolos']);
/** Architectures that keep their hundred best; other sigmoid ones keep as many as they have queries. */
const hundredBest = new Set(['conditional_detr', 'dab-detr', 'deformable_detr', 'lw_detr']);

export const scoringOf = (modelType: string | undefined): Scoring => {
  if (modelType !== undefined && withBackground.has(modelType)) return { kind: 'softmax' };
  return { kind: 'sigmoid', ...(hundredBest.has(modelType ?? '') ? { maxObjects: 100 } : {}) };
};

interface Candidate {
  readonly query: number;
  readonly label: number;
  readonly score: number;
}

export interface FindOptions {
  readonly scoring: Scoring;
  readonly threshold: number;
  readonly labels: readonly string[];
  /** The picture in which the boxes are told. */
  readonly picture: Size;
  /** Which part of the model's input the picture fills, from the top left; the rest is padding. */
  readonly filled: Size;
}

/** Best first. */
export const findObjects = (queries: Queries, options: FindOptions): DetectedObject[] => {
  const { scoring, threshold, labels } = options;
  const candidates =
    scoring.kind === 'softmax' ? againstNothing(queries, threshold) : eachByItself(queries, threshold);
  const most =
    scoring.kind === 'softmax' ? candidates.length : (scoring.maxObjects ?? queries.boxes.length / 4);
  candidates.sort((a, b) => b.score - a.score || a.query - b.query);
  return candidates.slice(0, most).map(({ query, label, score }) => ({
    label: labels[label] ?? `LABEL_${label}`,
    score,
    box: boxOf(queries.boxes.subarray(query * 4, query * 4 + 4), options),
  }));
};

/** The best class of each query that is not the last one, by softmax over all. */
const againstNothing = ({ logits, classes }: Queries, threshold: number): Candidate[] => {
  const found: Candidate[] = [];
  for (let start = 0, query = 0; start < logits.length; start += classes, query++) {
    let label = 0;
    for (let c = 1; c < classes - 1; c++) if (logits[start + c]! > logits[start + label]!) label = c;
    const best = logits[start + label]!;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[start + c]! - best);
    // Beside an overwhelming "nothing" the sum is infinite and the score 0.
    const score = 1 / sum;
    if (score > threshold) found.push({ query, label, score });
  }
  return found;
};

const eachByItself = ({ logits, classes }: Queries, threshold: number): Candidate[] => {
  const found: Candidate[] = [];
  for (let i = 0; i < logits.length; i++) {
    const score = sigmoid(logits[i]!);
    if (score > threshold) found.push({ query: Math.floor(i / classes), label: i % classes, score });
  }
  return found;
};

const boxOf = (box: Float32Array, { picture, filled }: FindOptions): DetectedObject['box'] => {
  const [x, y, width, height] = box as unknown as [number, number, number, number];
  const across = (part: number) => pixels(part / filled.width, picture.width);
  const down = (part: number) => pixels(part / filled.height, picture.height);
  return {
    xmin: across(x - width / 2),
    ymin: down(y - height / 2),
    xmax: across(x + width / 2),
    ymax: down(y + height / 2),
  };
};

/** Within the picture, to a hundredth of a pixel. */
const pixels = (part: number, size: number): number =>
  Math.round(Math.min(1, Math.max(0, part)) * size * 100) / 100;
