import { labelsOf, rankLabels, scoresOf, softmax } from '../../../tasks/rank-labels.js';

test('softmax of large logits neither overflows nor loses its sum', () => {
  const scores = softmax([1000, 999, -1000]);
  expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(scores[0]! / scores[1]!).toBeCloseTo(Math.E, 9);
  expect(scores[2]).toBe(0);
});

test('labels come best first, equal scores in the order of the model', () => {
  expect(rankLabels([0.2, 0.5, 0.2, 0.1], ['a', 'b', 'c', 'd'])).toEqual({
    labels: ['b', 'a', 'c', 'd'],
    scores: [0.5, 0.2, 0.2, 0.1],
  });
});

test('top_k cuts; without it there are ten at most', () => {
  const scores = Array.from({ length: 30 }, (_, i) => i / 100);
  const labels = scores.map((_, i) => `l${i}`);
  expect(rankLabels(scores, labels, 2).labels).toEqual(['l29', 'l28']);
  expect(rankLabels(scores, labels).labels).toHaveLength(10);
  expect(rankLabels(scores, labels, 100).labels).toHaveLength(30);
});

test('an output without a name is called by its number', () => {
  expect(rankLabels([0.1, 0.9], ['a']).labels).toEqual(['LABEL_1', 'a']);
});

test('labels are read by their ids, not by their order', () => {
  expect(labelsOf({ id2label: { 2: 'c', 0: 'a', 1: 'b', 10: 'k' } })[10]).toBe('k');
  expect(labelsOf({ id2label: { 1: 'b', 0: 'a' } })).toEqual(['a', 'b']);
  expect(labelsOf({})).toEqual([]);
});

test('a multi-label model scores each label by itself, a single output too, and a request may choose', () => {
  const logits = Float32Array.of(0, 0);
  expect(scoresOf(logits, {})).toEqual([0.5, 0.5]);
  expect(scoresOf(Float32Array.of(0, 100), {})[0]).toBeCloseTo(0);
  expect(scoresOf(Float32Array.of(0, 100), { problem_type: 'multi_label_classification' })).toEqual([0.5, 1]);
  expect(scoresOf(Float32Array.of(0), {})).toEqual([0.5]);
  expect(scoresOf(Float32Array.of(0, 100), {}, 'sigmoid')).toEqual([0.5, 1]);
  expect(scoresOf(Float32Array.of(0), {}, 'softmax')).toEqual([1]);
  expect(scoresOf(Float32Array.of(-3, 100), {}, 'none')).toEqual([-3, 100]);
  expect(scoresOf(Float32Array.of(-3), { problem_type: 'regression' })).toEqual([-3]);
});
