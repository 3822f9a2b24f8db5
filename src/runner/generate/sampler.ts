/**
 * From logits to a token. Order as in transformers: bias, penalties, temperature, top-k, top-p, min-p, typical-p. Nothing sorts
 * the vocabulary, and candidates are selected before they are exponentiated: at 152k tokens a sort costs 150 ms a row, a
 * full pass of `Math.exp` three (bench/sampler).
 */
import type { Random } from './random.js';
import { typical } from './typical.js';

export interface SamplingParams {
  /** 0: greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** 0: off. */
  readonly topK: number;
  readonly minP: number;
  /** 1: off. */
  readonly typicalP: number;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly logitBias: ReadonlyArray<readonly [tokenId: number, bias: number]>;
}

/** The likeliest token every time, its scores as the model gave them. */
export const greedySampling: SamplingParams = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  typicalP: 1,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  logitBias: [],
};

/** Tokens so far, as penalties see them. */
export interface History {
  /** Ids in the prompt or the text. */
  readonly seen: ReadonlySet<number>;
  /** How often each id was generated. */
  readonly generated: ReadonlyMap<number, number>;
}

export interface Logprob {
  readonly id: number;
  readonly logprob: number;
}

/** What may be drawn, by id. Weights are relative to the likeliest token's, which is 1. */
export interface Candidates {
  readonly ids: Int32Array;
  readonly weights: Float64Array;
}

/** e^-30 is 1e-13: what lies so far below the best does not show in the sum, and is not drawn. */
const negligible = 30;

/**
 * Changes `logits` in place by the bias and the penalties. Repetition counts prompt and text (Keskar et al., CTRL,
 * 2019); frequency and presence count the text alone (OpenAI's definition).
 */
export const applyPenalties = (
  logits: Float32Array,
  params: SamplingParams,
  { seen, generated }: History,
): void => {
  const { repetitionPenalty, frequencyPenalty, presencePenalty, logitBias } = params;
  for (const [id, bias] of logitBias) if (id < logits.length) logits[id] = logits[id]! + bias;
  if (repetitionPenalty !== 1) {
    for (const id of seen) {
      const logit = logits[id]!;
      logits[id] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
    }
  }
  if (frequencyPenalty !== 0 || presencePenalty !== 0) {
    for (const [id, count] of generated)
      logits[id] = logits[id]! - count * frequencyPenalty - presencePenalty;
  }
};

/** Draws the next token id; the lowest id wins among equals when greedy. */
export const sample = (logits: Float32Array, params: SamplingParams, random: Random): number => {
  const { temperature, topK } = params;
  if (temperature === 0 || topK === 1) {
    const best = argmax(logits);
    checked(logits[best]!);
    return best;
  }
  return draw(candidates(logits, params), random);
};

/** The tokens that top-k, top-p, min-p and typical-p leave, with what the temperature makes of their scores. */
export const candidates = (
  logits: Float32Array,
  { temperature, topK, topP, minP, typicalP }: SamplingParams,
): Candidates => {
  const best = topK > 0 && topK < logits.length ? largest(logits, topK) : undefined;
  const highest = best ? checked(highestOf(logits, best)) : checked(logits[argmax(logits)]!);
  const ids = best ?? atLeastScored(logits, highest - negligible * temperature);
  const weights = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i++) weights[i] = Math.exp((logits[ids[i]!]! - highest) / temperature);
  const nucleus = topP < 1 ? keep({ ids, weights }, edgeOfNucleus(weights, topP)) : { ids, weights };
  const kept = keep(nucleus, { least: Math.max(minP, Math.exp(-negligible)) });
  return typicalP < 1 ? typical(kept, typicalP) : kept;
};

const highestOf = (logits: Float32Array, ids: Int32Array): number =>
  ids.reduce((highest, id) => Math.max(highest, logits[id]!), Number.NEGATIVE_INFINITY);

/** A model that computes no numbers, or a mask that forbids all, leaves no token to take. */
const checked = (highest: number): number => {
  if (!(Math.abs(highest) < Number.POSITIVE_INFINITY))
    throw new Error(`the best token's score is ${highest}`);
  return highest;
};

/** The index of the largest value; of the first of them. */
export const argmax = (values: Float32Array): number => {
  let best = 0;
  forEachAbove(values, 0, values[0]!, (i) => {
    best = i;
    return values[i]!;
  });
  return best;
};

/**
 * Visits what lies above a floor, from `start` on; what `visit` returns is the floor from then on. Eight comparisons
 * whose answer is nearly always no take a third of the time of one and one.
 */
const forEachAbove = (
  values: Float32Array,
  start: number,
  floor: number,
  visit: (index: number) => number,
): void => {
  let least = floor;
  let i = start;
  for (const end = values.length - 7; i < end; i += 8) {
    if (
      values[i]! > least ||
      values[i + 1]! > least ||
      values[i + 2]! > least ||
      values[i + 3]! > least ||
      values[i + 4]! > least ||
      values[i + 5]! > least ||
      values[i + 6]! > least ||
      values[i + 7]! > least
    ) {
      for (let j = i; j < i + 8; j++) if (values[j]! > least) least = visit(j);
    }
  }
  for (; i < values.length; i++) if (values[i]! > least) least = visit(i);
};

/** Log-probabilities under the model's own distribution: of `id`, and of the `top` likeliest, best first. */
export const logprobsOf = (
  logits: Float32Array,
  id: number,
  top: number,
): { chosen: Logprob; top: Logprob[] } => {
  const highest = logits[argmax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest);
  const norm = highest + Math.log(sum);
  const best = Array.from(top > 0 ? largest(logits, top) : []).sort((a, b) =>
    isBelow(logits, a, b) ? 1 : -1,
  );
  return {
    chosen: { id, logprob: logits[id]! - norm },
    top: best.map((one) => ({ id: one, logprob: logits[one]! - norm })),
  };
};

/** Whether token `a` ranks below `b`: the lower id comes first among equals. */
const isBelow = (logits: Float32Array, a: number, b: number): boolean =>
  logits[a]! < logits[b]! || (logits[a]! === logits[b]! && a > b);

/** The k largest, by id: a heap whose root is the smallest kept, so most logits cost one comparison. */
const largest = (logits: Float32Array, k: number): Int32Array => {
  const heap = Int32Array.from({ length: Math.min(k, logits.length) }, (_, i) => i);
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i, logits);
  forEachAbove(logits, heap.length, logits[heap[0]!]!, (i) => {
    heap[0] = i;
    sink(heap, 0, logits);
    return logits[heap[0]!]!;
  });
  return heap.sort();
};

const sink = (heap: Int32Array, from: number, logits: Float32Array): void => {
  let parent = from;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && isBelow(logits, heap[child + 1]!, heap[child]!)) child++;
    if (!isBelow(logits, heap[child]!, heap[parent]!)) return;
    const held = heap[parent]!;
    heap[parent] = heap[child]!;
    heap[child] = held;
    parent = child;
  }
};

/** Every token with that score or more, by id. The best is among them, however small the temperature. */
const atLeastScored = (logits: Float32Array, floor: number): Int32Array => {
  const ids = new Int32Array(logits.length);
  let count = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! >= floor) ids[count++] = i;
  return ids.subarray(0, count);
};

/** Bins of a nucleus' search, over weights from 1 to e^-30: so fine that few tokens share the one that matters. */
const binsPerUnit = 64;
const binOf = (weight: number): number =>
  Math.min(negligible * binsPerUnit, Math.floor(-Math.log(weight) * binsPerUnit));

/** Where a selection ends: the smallest weight that is in, and how many of exactly that weight. */
interface Edge {
  readonly least: number;
  readonly ofLeast?: number;
}

/**
 * The nucleus: the fewest likeliest tokens that have `topP` of the sum. Found without sorting all: weights are summed in
 * bins by size, and only those in the bin where the sum passes `topP` are sorted.
 */
const edgeOfNucleus = (weights: Float64Array, topP: number): Edge => {
  const total = sumOf(weights);
  // All weights below this one together have less than the nucleus leaves out.
  const large = atLeast(weights, ((1 - topP) * total) / weights.length);
  const bins = new Float64Array(negligible * binsPerUnit + 1);
  for (let i = 0; i < large.length; i++) bins[binOf(large[i]!)]! += large[i]!;
  let sum = 0;
  let bin = 0;
  while (bin < bins.length - 1 && sum + bins[bin]! < topP * total) sum += bins[bin++]!;
  const inBin = large.filter((weight) => binOf(weight) === bin).sort();
  let first = inBin.length;
  while (first > 0 && sum < topP * total) sum += inBin[--first]!;
  const least = inBin[first] ?? 0;
  return { least, ofLeast: inBin.subarray(first).filter((weight) => weight === least).length };
};

const atLeast = (weights: Float64Array, least: number): Float64Array => {
  const kept = new Float64Array(weights.length);
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! >= least) kept[count++] = weights[i]!;
  return kept.subarray(0, count);
};

/** In place. Of those that weigh the least, the first ids stay. */
const keep = ({ ids, weights }: Candidates, { least, ofLeast = ids.length }: Edge): Candidates => {
  let count = 0;
  let leastLeft = ofLeast;
  for (let i = 0; i < ids.length; i++) {
    const weight = weights[i]!;
    if (weight < least || (weight === least && leastLeft-- <= 0)) continue;
    ids[count] = ids[i]!;
    weights[count++] = weight;
  }
  return { ids: ids.subarray(0, count), weights: weights.subarray(0, count) };
};

const draw = ({ ids, weights }: Candidates, random: Random): number => {
  let left = random.next() * sumOf(weights);
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i]!;
    if (left < 0) return ids[i]!;
  }
  return ids.at(-1)!;
};

/** A loop: at a whole vocabulary the arrays' own methods take ten times as long. */
const sumOf = (values: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
};
