import {
  type FindOptions,
  findObjects,
  type Queries,
  scoringOf,
} from '../../../tasks/object-detection/find-objects.js';

/** Four queries, three classes. The expected answers are those of transformers 5.23's image processors. */
const queries: Queries = {
  logits: Float32Array.of(2, 0.5, -1, -1, 3, 0.2, 0.1, 0.2, 4, 1.5, 1.4, 0.1),
  boxes: Float32Array.of(0.5, 0.5, 0.2, 0.4, 0.25, 0.75, 0.5, 0.25, 0.5, 0.5, 1, 1, 0.9, 0.1, 0.4, 0.3),
  classes: 3,
};

const find = (modelType: string, more: Partial<FindOptions> = {}) =>
  findObjects(queries, {
    scoring: scoringOf(modelType),
    threshold: 0.3,
    labels: ['cat', 'dog', 'owl'],
    picture: { width: 200, height: 100 },
    filled: { width: 1, height: 1 },
    ...more,
  }).map(({ label, score, box }) => [label, Number(score.toFixed(6)), Object.values(box)]);

test.each(['detr', 'yolos', 'table-transformer'])('the last class of %s is "nothing"', (modelType) => {
  expect(find(modelType)).toEqual([
    ['dog', 0.926676, [0, 62.5, 100, 87.5]],
    ['cat', 0.785597, [80, 30, 120, 70]],
    ['cat', 0.464806, [140, 0, 200, 25]],
  ]);
});

test.each(['rt_detr', 'rt_detr_v2', 'd_fine'])('%s scores each class by itself, best first', (modelType) => {
  expect(find(modelType)).toEqual([
    ['owl', 0.982014, [0, 0, 200, 100]],
    ['dog', 0.952574, [0, 62.5, 100, 87.5]],
    ['cat', 0.880797, [80, 30, 120, 70]],
    ['cat', 0.817574, [140, 0, 200, 25]],
  ]);
});

test.each(['conditional_detr', 'deformable_detr'])('%s keeps its hundred best', (modelType) => {
  expect(find(modelType)).toHaveLength(10);
  expect(find(modelType).at(4)).toEqual(['dog', 0.802184, [140, 0, 200, 25]]);
});

test('a score at the threshold is not above it', () => {
  expect(find('rt_detr', { threshold: 0.99 })).toEqual([]);
  const [best] = findObjects(queries, {
    scoring: scoringOf('rt_detr'),
    threshold: 0,
    labels: [],
    picture: { width: 1, height: 1 },
    filled: { width: 1, height: 1 },
  });
  expect(best!.label).toBe('LABEL_2');
});

test('an overwhelming "nothing" leaves no object and no NaN', () => {
  const nothing = {
    logits: Float32Array.of(-2000, -3000, 2000),
    boxes: Float32Array.of(0.5, 0.5, 1, 1),
    classes: 3,
  };
  const options = {
    labels: [],
    picture: { width: 1, height: 1 },
    filled: { width: 1, height: 1 },
    threshold: 0,
  };
  expect(findObjects(nothing, { ...options, scoring: { kind: 'softmax' } })).toEqual([]);
});

test('boxes of a padded input are told in the picture, not in the padding', () => {
  // The picture fills the left half of the model's input.
  const [dog] = find('detr', { filled: { width: 0.5, height: 1 } });
  expect(dog![2]).toEqual([0, 62.5, 200, 87.5]);
});
