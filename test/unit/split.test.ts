import { splitByWork } from '../../src/metering/split.js';
import { TestRandom } from '../helpers/random.js';

const sumOf = (parts: readonly number[]) => parts.reduce((a, b) => a + b, 0);

test('parts are integers, follow their weights to within one unit, and sum to the whole', () => {
  const random = new TestRandom(3);
  for (let round = 0; round < 5000; round++) {
    const total = random.integer(0, 10 ** random.integer(0, 9));
    const weights = random.array(random.integer(1, 70), () =>
      random.pick([random.integer(0, 5), random.next(), random.next() * 1e6, 1 / 3]),
    );
    const parts = splitByWork(total, weights);
    expect(sumOf(parts)).toBe(total);
    const weightSum = sumOf(weights);
    const fair = parts.every((part, i) => {
      const exact = weightSum > 0 ? (total * weights[i]!) / weightSum : total / weights.length;
      return Number.isInteger(part) && part >= 0 && Math.abs(part - exact) < 1 + 1e-6;
    });
    expect(fair).toBe(true);
  }
});

test('what cannot be shared equally goes to the earlier ones', () => {
  expect(splitByWork(7, [1, 1, 1])).toEqual([3, 2, 2]);
  expect(splitByWork(5, [0, 0])).toEqual([3, 2]);
});

test('a weight of zero gets nothing while others have weight', () => {
  expect(splitByWork(10, [0, 5, 0])).toEqual([0, 10, 0]);
});

test('the largest remainder gets the unit that is left', () => {
  // 10 x 1/6, 2/6, 3/6 = 1.67, 3.33, 5.
  expect(splitByWork(10, [1, 2, 3])).toEqual([2, 3, 5]);
});
