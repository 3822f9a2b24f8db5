/**
 * From logits to a token. Order as in transformers: penalties and bias, temperature, top-k, top-p, min-p. Candidates
 * are selected before anything is exponentiated: at a vocabulary of 152k a full pass of `Math.exp` costs milliseconds.
 */
import type { Random } from './random.js';

export interface SamplingParams {
  /** 0: greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** 0: off. */
  readonly topK: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly logitBias: ReadonlyArray<readonly [tokenId: number, bias: number]>;
}

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

interface Candidates {
  readonly ids: number[];
  /** Scaled by the temperature. */
  readonly scores: number[];
}

/** e^-30 is 1e-13: what lies so far below the best is never drawn and does not show in the sum. */
const negligible = 30;

/**
 * Changes `logits` in place by the penalties and the bias. Repetition counts prompt and text (Keskar et al., CTRL,
 * 2019); frequency and presence count the text alone (OpenAI's definition).
 */
export const applyPenalties = (
  logits: Float32Array,
  params: SamplingParams,
  { seen, generated }: History,
): void => {
  const { repetitionPenalty, frequencyPenalty, presencePenalty, logitBias } = params;
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
  for (const [id, bias] of logitBias) if (id < logits.length) logits[id] = logits[id]! + bias;
};

/** Draws the next token id; the lowest id wins among equals when greedy. */
export const sample = (logits: Float32Array, params: SamplingParams, random: Random): number => {
  const { temperature, topK } = params;
  if (temperature === 0 || topK === 1) return argmax(logits);
  const candidates =
    topK > 0 && topK < logits.length
      ? largest(logits, topK, temperature)
      : notNegligible(logits, temperature);
  return draw(narrow(candidates, params), random);
};

export const argmax = (values: Float32Array): number => {
  let best = 0;
  let bestValue = values[0]!;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value > bestValue) {
      best = i;
      bestValue = value;
    }
  }
  return best;
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
  const best = top > 0 ? largest(logits, top, 1) : { ids: [], scores: [] };
  return {
    chosen: { id, logprob: logits[id]! - norm },
    top: best.ids.map((one) => ({ id: one, logprob: logits[one]! - norm })),
  };
};

/** The k largest, best first: a bounded heap whose root is the smallest kept, so most logits cost one comparison. */
const largest = (logits: Float32Array, k: number, temperature: number): Candidates => {
  const heap = new Int32Array(Math.min(k, logits.length));
  for (let i = 0; i < heap.length; i++) heap[i] = i;
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i, logits);
  let smallest = logits[heap[0]!]!;
  for (let i = heap.length; i < logits.length; i++) {
    if (logits[i]! > smallest) {
      heap[0] = i;
      sink(heap, 0, logits);
      smallest = logits[heap[0]!]!;
    }
  }
  const ids = Array.from(heap).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return { ids, scores: ids.map((id) => logits[id]! / temperature) };
};

const sink = (heap: Int32Array, from: number, logits: Float32Array): void => {
  let parent = from;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && logits[heap[child + 1]!]! < logits[heap[child]!]!) child++;
    if (logits[heap[parent]!]! <= logits[heap[child]!]!) return;
    const held = heap[parent]!;
    heap[parent] = heap[child]!;
    heap[child] = held;
    parent = child;
  }
};

/** Every token that has a chance, best first. */
const notNegligible = (logits: Float32Array, temperature: number): Candidates => {
  const floor = logits[argmax(logits)]! - negligible * temperature;
  const ids: number[] = [];
  for (let i = 0; i < logits.length; i++) if (logits[i]! > floor) ids.push(i);
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  return { ids, scores: ids.map((id) => logits[id]! / temperature) };
};

/** Weights of the candidates that top-p and min-p leave; they need not sum to 1. */
const narrow = (
  { ids, scores }: Candidates,
  { topP, minP }: SamplingParams,
): { ids: number[]; weights: number[] } => {
  const best = scores[0]!;
  const weights = scores.map((score) => Math.exp(score - best));
  let kept = weights.length;
  if (topP < 1) {
    const enough = topP * weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    kept = 0;
    while (kept < weights.length && sum < enough) sum += weights[kept++]!;
  }
  // The best has weight 1, so the threshold is min-p itself.
  if (minP > 0) while (kept > 1 && weights[kept - 1]! < minP) kept--;
  return { ids: ids.slice(0, kept), weights: weights.slice(0, kept) };
};

const draw = (
  { ids, weights }: { ids: readonly number[]; weights: readonly number[] },
  random: Random,
): number => {
  let left = random.next() * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i]!;
    if (left < 0) return ids[i]!;
  }
  return ids.at(-1)!;
};
