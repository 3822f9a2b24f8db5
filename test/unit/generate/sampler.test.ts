/** The sampler against plain computations over the whole vocabulary, and against transformers (record-sampling.py). */
import { readFileSync } from 'node:fs';
import { seededRandom } from '../../../src/runner/generate/random.js';
import {
  applyPenalties,
  argmax,
  candidates,
  greedySampling,
  logprobsOf,
  type SamplingParams,
  sample,
} from '../../../src/runner/generate/sampler.js';
import { fixture } from '../../helpers/fixtures.js';
import { TestRandom } from '../../helpers/random.js';

interface Recorded {
  readonly cases: ReadonlyArray<{
    readonly fields: Readonly<Record<string, number>> & {
      readonly logit_bias?: Readonly<Record<string, number>>;
    };
    readonly seen: readonly number[];
    readonly logits: readonly number[];
    readonly probabilities: Readonly<Record<string, number>>;
  }>;
}

const recorded = JSON.parse(readFileSync(fixture('sampling.json'), 'utf8')) as Recorded;

test.each([2e-16, 1e-20, 5e-324])(
  'a temperature of %d takes the best, whatever the scores',
  (temperature) => {
    const logits = Float32Array.from([3, 64.25, 64.2, -7]);
    const { ids, weights } = candidates(logits, { ...plain, temperature });
    expect([[...ids], [...weights]]).toEqual([[1], [1]]);
  },
);

const plain: SamplingParams = { ...greedySampling, temperature: 1 };

/** Probability of each token: softmax, then top-k, top-p, min-p in this order, as transformers does. */
const reference = (logits: Float32Array, { temperature, topK, topP, minP }: SamplingParams): number[] => {
  let probabilities = softmax(Array.from(logits, (logit) => logit / temperature));
  const byRank = (of: number[]) => of.map((_, id) => id).sort((a, b) => of[b]! - of[a]! || a - b);
  if (topK > 0) probabilities = keep(probabilities, new Set(byRank(probabilities).slice(0, topK)));
  if (topP < 1) {
    const nucleus = new Set<number>();
    let sum = 0;
    for (const id of byRank(probabilities)) {
      if (sum >= topP) break;
      nucleus.add(id);
      sum += probabilities[id]!;
    }
    probabilities = keep(probabilities, nucleus);
  }
  const least = minP * Math.max(...probabilities);
  return keep(probabilities, new Set(byRank(probabilities).filter((id) => probabilities[id]! >= least)));
};

const softmax = (values: readonly number[]): number[] => {
  const highest = Math.max(...values);
  const exps = values.map((value) => Math.exp(value - highest));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / sum);
};

const keep = (probabilities: readonly number[], ids: ReadonlySet<number>): number[] => {
  const kept = probabilities.map((p, id) => (ids.has(id) ? p : 0));
  const sum = kept.reduce((a, b) => a + b);
  return kept.map((p) => p / sum);
};

const probabilitiesOf = (logits: Float32Array, params: SamplingParams): Map<number, number> => {
  const { ids, weights } = candidates(logits, params);
  const sum = weights.reduce((a, b) => a + b);
  return new Map(Array.from(ids, (id, i) => [id, weights[i]! / sum] as const));
};

test.each(recorded.cases)('$fields leave the tokens that transformers leaves', (recording) => {
  const { fields, seen, probabilities } = recording;
  const params = {
    ...plain,
    temperature: fields.temperature ?? 1,
    topK: fields.top_k ?? 0,
    topP: fields.top_p ?? 1,
    minP: fields.min_p ?? 0,
    typicalP: fields.typical_p ?? 1,
    repetitionPenalty: fields.repetition_penalty ?? 1,
    logitBias: Object.entries(fields.logit_bias ?? {}).map(([id, bias]) => [Number(id), bias] as const),
  };
  const logits = Float32Array.from(recording.logits);
  applyPenalties(logits, params, { seen: new Set(seen), generated: new Map() });
  const actual = probabilitiesOf(logits, params);
  for (const [id, probability] of actual) expect(probability).toBeCloseTo(probabilities[id] ?? 0, 5);
  // What rounds to nothing may be left out.
  const expected = Object.entries(probabilities).filter(([, probability]) => probability > 1e-6);
  expect(expected.filter(([id]) => !actual.has(Number(id)))).toEqual([]);
});

test.each<[string, Partial<SamplingParams>]>([
  ['plain', {}],
  ['hot', { temperature: 2 }],
  ['top-k', { topK: 50 }],
  ['a nucleus of a few', { topP: 0.1003 }],
  ['a nucleus of nearly all', { topP: 0.9993 }],
  ['min-p', { minP: 0.01 }],
  ['top-k and a nucleus', { topK: 200, topP: 0.903, temperature: 1.2 }],
])('a large vocabulary has the candidates of the plain computation: %s', (_, changed) => {
  const params = { ...plain, ...changed };
  const random = new TestRandom(21);
  for (const spread of [0, 0.5, 6]) {
    const logits = Float32Array.from({ length: 5000 }, () => (random.next() + random.next() - 1) * spread);
    const expected = reference(logits, params);
    const actual = probabilitiesOf(logits, params);
    let largestError = 0;
    for (const [id, probability] of expected.entries())
      largestError = Math.max(largestError, Math.abs((actual.get(id) ?? 0) - probability));
    // One token more or less at the edge of a nucleus, where sums round differently, is worth at most this.
    expect(largestError).toBeLessThan(1e-3 * Math.max(...expected));
  }
});

test('scores that are no numbers, or a mask that leaves nothing, are an error and no token', () => {
  const none = new Float32Array(10).fill(Number.NEGATIVE_INFINITY);
  const broken = new Float32Array(10).fill(Number.NaN);
  for (const logits of [none, broken]) {
    for (const changed of [{ temperature: 0 }, {}, { topK: 3 }, { topP: 0.5 }])
      expect(() => sample(logits, { ...plain, ...changed }, seededRandom(1n))).toThrow(/score/);
  }
});

test('of equal scores the lower ids are kept, and listed first', () => {
  const logits = Float32Array.of(1, 1, 5, 1, 1, 5, 1);
  expect([...probabilitiesOf(logits, { ...plain, topK: 4 }).keys()].sort()).toEqual([0, 1, 2, 5]);
  expect(logprobsOf(logits, 0, 5).top.map(({ id }) => id)).toEqual([2, 5, 0, 1, 3]);
});

test('a banned token among the top-k is never drawn, whatever the random number', () => {
  const logits = Float32Array.of(0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const almostOne = { next: () => 1 - 2 ** -53 };
  expect(sample(logits, { ...plain, topK: 2 }, almostOne)).toBe(0);
});

const logitsFrom = (random: TestRandom, size: number) =>
  Float32Array.from({ length: size }, () => random.next() * 8 - 4);

const frequencies = (logits: Float32Array, params: SamplingParams, draws: number): number[] => {
  const random = seededRandom(7n);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sample(logits, params, random)]!++;
  return counts;
};

test.each<[string, Partial<SamplingParams>]>([
  ['plain', {}],
  ['cold', { temperature: 0.5 }],
  ['hot', { temperature: 2 }],
  ['top-k', { topK: 5 }],
  ['top-k beyond the vocabulary', { topK: 1000 }],
  ['top-p', { topP: 0.7 }],
  ['min-p', { minP: 0.2 }],
  ['top-k, top-p and min-p together', { temperature: 1.3, topK: 12, topP: 0.8, minP: 0.1 }],
])('%s sampling draws each token as often as its probability says', (_, changed) => {
  const params = { ...plain, ...changed };
  const logits = logitsFrom(new TestRandom(5), 24);
  const draws = 20_000;
  const counts = frequencies(logits, params, draws);
  const expected = reference(logits, params).map((p) => p * draws);
  let chiSquare = 0;
  for (const [id, count] of counts.entries()) {
    if (expected[id] === 0) expect(count).toBe(0);
    else chiSquare += (count - expected[id]!) ** 2 / expected[id]!;
  }
  // 99.9 % of such samples stay below 49.7 with 23 degrees of freedom; fewer candidates stay lower. The seed is fixed.
  expect(chiSquare).toBeLessThan(49.7);
});

test('only tokens that the filters leave are ever drawn', () => {
  const random = new TestRandom(9);
  for (let round = 0; round < 300; round++) {
    const logits = logitsFrom(random, random.integer(2, 60));
    const params = {
      ...plain,
      temperature: 0.2 + random.next() * 1.8,
      topK: random.pick([0, random.integer(1, 20)]),
      topP: random.pick([1, 0.05 + 0.9 * random.next()]),
      minP: random.pick([0, random.next()]),
    };
    const allowed = reference(logits, params);
    const stream = seededRandom(BigInt(round));
    const drawn = Array.from({ length: 30 }, () => sample(logits, params, stream));
    expect(drawn.filter((id) => !(allowed[id]! > 0))).toEqual([]);
  }
});

test('temperature 0 and top-k 1 take the likeliest token, the lowest id among equals', () => {
  const logits = Float32Array.of(1, 3, 3, -2);
  for (const params of [
    { ...plain, temperature: 0 },
    { ...plain, topK: 1, temperature: 2 },
  ])
    for (let i = 0n; i < 20n; i++) expect(sample(logits, params, seededRandom(i))).toBe(1);
});

test('the same seed draws the same tokens, another seed others', () => {
  const logits = logitsFrom(new TestRandom(1), 500);
  const draw = (seed: bigint) => {
    const random = seededRandom(seed);
    return Array.from({ length: 50 }, () => sample(logits, plain, random));
  };
  expect(draw(3n)).toEqual(draw(3n));
  expect(draw(3n)).not.toEqual(draw(4n));
});

test('tokens that are banned with minus infinity are never drawn', () => {
  const logits = Float32Array.of(0, Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
  const counts = frequencies(logits, { ...plain, temperature: 2 }, 500);
  expect([counts[1], counts[3]]).toEqual([0, 0]);
  expect(counts[0]! > 0 && counts[2]! > 0).toBe(true);
});

test('a nucleus holds at least the likeliest token', () => {
  const logits = Float32Array.of(0, 5, 0);
  const counts = frequencies(logits, { ...plain, topP: 1e-9 }, 50);
  expect(counts).toEqual([0, 50, 0]);
});

test('penalties and bias change the logits as they are defined', () => {
  const logits = Float32Array.of(2, -2, 4, 1, 0);
  const params = {
    ...plain,
    repetitionPenalty: 2,
    frequencyPenalty: 0.5,
    presencePenalty: 0.25,
    logitBias: [
      [4, 7],
      [99, 1],
    ] as const,
  };
  // 0 and 1 stand in the prompt, 2 was generated three times and so was seen as well.
  applyPenalties(logits, params, { seen: new Set([0, 1, 2]), generated: new Map([[2, 3]]) });
  expect(Array.from(logits)).toEqual([1, -4, 4 / 2 - 3 * 0.5 - 0.25, 1, 7]);
  expect(logits).toHaveLength(5);
});

test('neutral penalties change nothing', () => {
  const logits = Float32Array.of(2, -2);
  applyPenalties(logits, plain, { seen: new Set([0, 1]), generated: new Map([[0, 9]]) });
  expect(Array.from(logits)).toEqual([2, -2]);
});

test('log-probabilities are those of a softmax over all logits, best first', () => {
  const random = new TestRandom(13);
  for (let round = 0; round < 50; round++) {
    const logits = logitsFrom(random, 100);
    const logs = softmax(Array.from(logits)).map(Math.log);
    const ranked = logs.map((_, id) => id).sort((a, b) => logs[b]! - logs[a]!);
    const { chosen, top } = logprobsOf(logits, 17, 5);
    expect(chosen.id).toBe(17);
    expect(chosen.logprob).toBeCloseTo(logs[17]!, 5);
    expect(top.map(({ id }) => id)).toEqual(ranked.slice(0, 5));
    for (const { id, logprob } of top) expect(logprob).toBeCloseTo(logs[id]!, 5);
  }
});

test('no alternatives are listed when none are wanted, and no more than there are tokens', () => {
  const logits = Float32Array.of(1, 2);
  expect(logprobsOf(logits, 0, 0).top).toEqual([]);
  expect(logprobsOf(logits, 0, 20).top.map(({ id }) => id)).toEqual([1, 0]);
});

test('argmax survives a single value and infinities', () => {
  expect(argmax(Float32Array.of(-5))).toBe(0);
  expect(argmax(Float32Array.of(Number.NEGATIVE_INFINITY, -1))).toBe(1);
});

test('of equal scores the lowest ids are the best, whatever the length', () => {
  const random = new TestRandom(11);
  for (let length = 1; length <= 60; length++) {
    const logits = Float32Array.from({ length }, () => random.integer(-3, 3));
    const ranked = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
    expect(argmax(logits)).toBe(ranked[0]);
    expect(logprobsOf(logits, 0, 7).top.map(({ id }) => id)).toEqual(ranked.slice(0, 7));
  }
});
