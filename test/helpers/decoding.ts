/** What PyTorch wrote after the recorded prompts (scripts/record-decoding.py), and when ours may differ. */

import { readFileSync } from 'node:fs';
import { greedySampling } from '../../src/runner/generate/sampler.js';
import type { GenerationParams } from '../../tasks/text-generation/schema.js';
import { fixture } from './fixtures.js';

/** What the recorded continuations were made with; of them, there are 48 tokens each. */
export const greedy: GenerationParams = {
  sampling: greedySampling,
  maxTokens: 48,
  minTokens: 0,
  ignoreEos: true,
  stop: [],
  stopTokenIds: [],
  n: 1,
  seed: undefined,
  logprobs: undefined,
  stream: false,
};

export interface Continuation {
  readonly prompt: string;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  /** Between the two best logits, and the id of the second. */
  readonly gaps: readonly number[];
  readonly seconds: readonly number[];
  readonly logprobs: readonly number[];
  /** The 20 best before the first token, with their logprobs. */
  readonly top: ReadonlyArray<readonly [id: number, logprob: number]>;
}

const recorded = JSON.parse(readFileSync(fixture('decoding.json'), 'utf8')) as {
  readonly models: Readonly<Record<string, readonly Continuation[]>>;
};

export const continuations = (model: string): readonly Continuation[] => recorded.models[model]!;

/** Two candidates so close may change places: sums are added up in another order. */
export const tie = 1e-4;
/** In half precision, numbers near 16 are a hundredth apart. */
export const tieOfHalves = 0.05;

/** Ids up to where a tie was decided the other way, and the recorded ones up to there: these must be equal. */
export const comparable = (
  ids: readonly number[],
  { ids: expected, gaps, seconds }: Continuation,
  closest = tie,
): { readonly ids: readonly number[]; readonly expected: readonly number[] } => {
  const end = Math.min(ids.length, expected.length);
  let at = 0;
  while (at < end && ids[at] === expected[at]) at++;
  const tied = at < end && gaps[at]! < closest && ids[at] === seconds[at];
  return { ids: ids.slice(0, tied ? at : undefined), expected: expected.slice(0, tied ? at : ids.length) };
};
