/** Which tokens a Whisper decoder may write next, and which of them it writes. */
import type { Random } from '../../src/runner/generate/random.js';
import { argmax } from '../../src/runner/generate/sampler.js';
import type { WhisperTokens } from './whisper-tokens.js';

export interface Choice {
  readonly id: number;
  /** Natural logarithm of its probability among what was allowed, at temperature 1. */
  readonly logprob: number;
}

/** Logits so far below the best that all of them together weigh nothing: exp(-20) = 2e-9. */
const negligible = 20;

/** Forbids what may not follow `written`; `logits` is [vocabulary] and is changed. */
export const applyRules = (
  logits: Float32Array,
  written: readonly number[],
  tokens: WhisperTokens,
  withTimes: boolean,
): void => {
  const forbid = (id: number) => {
    logits[id] = Number.NEGATIVE_INFINITY;
  };
  tokens.suppressed.forEach(forbid);
  if (written.length === 0) tokens.suppressedFirst.forEach(forbid);
  if (withTimes) applyTimeRules(logits, written, tokens);
};

/**
 * Times come in pairs (an end, the next beginning) except at the very end, never fall, and a stretch is longer than
 * nothing; a time is written when all times together are likelier than any other token.
 */
const applyTimeRules = (logits: Float32Array, written: readonly number[], tokens: WhisperTokens): void => {
  const { time, end, noTimestamps, maxFirstTime } = tokens;
  const forbid = (from: number, to: number) => logits.fill(Number.NEGATIVE_INFINITY, from, to);
  forbid(noTimestamps, noTimestamps + 1);
  if (written.length === 0) {
    forbid(0, time);
    if (maxFirstTime !== undefined) forbid(time + maxFirstTime + 1, logits.length);
    return;
  }
  const lastIsTime = tokens.isTime(written.at(-1)!);
  const oneBeforeIsTime = written.length < 2 || tokens.isTime(written.at(-2)!);
  if (lastIsTime && oneBeforeIsTime) forbid(time, logits.length);
  if (lastIsTime && !oneBeforeIsTime) forbid(0, end);
  const latest = written.findLast((id) => tokens.isTime(id));
  if (latest !== undefined) forbid(time, lastIsTime && !oneBeforeIsTime ? latest : latest + 1);
  if (timesAreLikelier(logits, time)) forbid(0, time);
};

const timesAreLikelier = (logits: Float32Array, time: number): boolean => {
  const bestText = largest(logits, 0, time);
  const bestTime = largest(logits, time, logits.length);
  if (bestTime === Number.NEGATIVE_INFINITY) return false;
  return bestTime + Math.log(sumOfExps(logits, { from: time, base: bestTime, temperature: 1 })) > bestText;
};

/** The likeliest token at temperature 0, a drawn one above. */
export const choose = (logits: Float32Array, temperature: number, random: Random): Choice => {
  const best = argmax(logits);
  const base = logits[best]!;
  const id = temperature > 0 ? draw(logits, { from: 0, base, temperature }, random) : best;
  return { id, logprob: logits[id]! - base - Math.log(sumOfExps(logits, { from: 0, base, temperature: 1 })) };
};

/** Probability of one token among all, from untouched logits. */
export const probabilityOf = (logits: Float32Array, id: number): number => {
  const base = largest(logits, 0, logits.length);
  return Math.exp(logits[id]! - base) / sumOfExps(logits, { from: 0, base, temperature: 1 });
};

interface Range {
  readonly from: number;
  /** The largest logit, so that nothing overflows. */
  readonly base: number;
  readonly temperature: number;
}

const draw = (logits: Float32Array, range: Range, random: Random): number => {
  let left = random.next() * sumOfExps(logits, range);
  let last = 0;
  for (let i = range.from; i < logits.length; i++) {
    const below = (logits[i]! - range.base) / range.temperature;
    if (below < -negligible) continue;
    last = i;
    left -= Math.exp(below);
    if (left <= 0) break;
  }
  return last;
};

const sumOfExps = (logits: Float32Array, { from, base, temperature }: Range): number => {
  const scale = 1 / temperature;
  let sum = 0;
  for (let i = from; i < logits.length; i++) {
    const below = (logits[i]! - base) * scale;
    if (below >= -negligible) sum += Math.exp(below);
  }
  return sum;
};

const largest = (logits: Float32Array, from: number, to: number): number => {
  let best = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if (logits[i]! > best) best = logits[i]!;
  return best;
};
