/** Start and end logits to answers, by the rules of transformers' question-answering pipeline. */
import type { Encoding } from 'tokenizers';
import type { FoundAnswer, QuestionParams } from './schema.js';

/** What the model said of one window, special tokens included. */
export interface WindowLogits {
  readonly start: Float32Array;
  readonly end: Float32Array;
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly score: number;
}

/** Which of the pair the context is. */
const contextSequence = 1;

/** `logits[i]` belongs to `windows[i]`. Equal answers, whatever their case, are one: their scores add up. */
export const findAnswers = (
  windows: readonly Encoding[],
  logits: readonly WindowLogits[],
  context: string,
  params: QuestionParams,
): FoundAnswer[] => {
  const codePoints = Array.from(context);
  const found = new Map<string, FoundAnswer>();
  let emptyScore = Number.POSITIVE_INFINITY;
  windows.forEach((window, w) => {
    const inContext = window.getSequenceIds().map((id) => id === contextSequence);
    // The first token stands for "no answer": it takes its share of the probability, and no span begins there.
    inContext[0] = true;
    const [starts, ends] = [
      maskedSoftmax(logits[w]!.start, inContext),
      maskedSoftmax(logits[w]!.end, inContext),
    ];
    emptyScore = Math.min(emptyScore, starts[0]! * ends[0]!);
    starts[0] = 0;
    ends[0] = 0;
    for (const span of bestSpans(starts, ends, params)) {
      const [start, end] = charactersOf(window, span, params.wholeWords);
      const answer = codePoints.slice(start, end).join('');
      const same = found.get(answer.toLowerCase());
      const score = span.score + (same?.score ?? 0);
      found.set(answer.toLowerCase(), same ? { ...same, score } : { answer, score, start, end });
    }
  });
  const answers = [...found.values()];
  if (params.mayBeEmpty) answers.push({ answer: '', score: emptyScore, start: 0, end: 0 });
  return answers.sort((a, b) => b.score - a.score).slice(0, params.topK);
};

/** Probabilities over the tokens that may be in an answer; 0 for all others. */
const maskedSoftmax = (logits: Float32Array, allowed: readonly boolean[]): number[] => {
  let largest = Number.NEGATIVE_INFINITY;
  logits.forEach((logit, i) => {
    if (allowed[i] && logit > largest) largest = logit;
  });
  const exps = Array.from(logits, (logit, i) => (allowed[i] ? Math.exp(logit - largest) : 0));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
};

/** The likeliest spans of a window. Several may turn out to be the same words, so more than are wanted. */
const bestSpans = (
  starts: readonly number[],
  ends: readonly number[],
  { topK, maxAnswerTokens, wholeWords }: QuestionParams,
): Span[] => {
  const count = wholeWords ? topK * 2 + 10 : topK;
  const likeliestEnd = ends.reduce((a, b) => Math.max(a, b), 0);
  /** Best first. */
  const best: Span[] = [];
  let least = 0;
  for (const [first, start] of starts.entries()) {
    if (start * likeliestEnd <= least) continue;
    const stop = Math.min(ends.length, first + maxAnswerTokens);
    for (let last = first; last < stop; last++) {
      const score = start * ends[last]!;
      if (score <= least) continue;
      const place = best.findIndex((span) => span.score < score);
      best.splice(place < 0 ? best.length : place, 0, { first, last, score });
      if (best.length > count) best.pop();
      if (best.length === count) least = best.at(-1)!.score;
    }
  }
  return best;
};

const charactersOf = (window: Encoding, { first, last }: Span, wholeWords: boolean): [number, number] => {
  const words = [window.tokenToWord(first), window.tokenToWord(last)];
  const [from, to] = words.map((word) =>
    wholeWords && word !== null ? window.wordToChars(word, contextSequence) : undefined,
  );
  // Some tokenizers know no words.
  if (from && to) return [from[0], to[1]];
  const offsets = window.getOffsets();
  return [offsets[first]![0]!, offsets[last]![1]!];
};
