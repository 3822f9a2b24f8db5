import { type BatchLimits, chooseBatch, planBatches } from '../../src/padding.js';
import { TestRandom } from '../helpers/random.js';

const roomy: BatchLimits = { maxPaddedCost: 1e9, maxRows: 1e9, maxWaste: 1e9 };

const paddedCost = (batch: readonly number[], sizes: readonly number[]) =>
  Math.max(...batch.map((i) => sizes[i]!)) * batch.length;
const realCost = (batch: readonly number[], sizes: readonly number[]) =>
  batch.reduce((sum, i) => sum + sizes[i]!, 0);

const withinLimits = (batch: readonly number[], sizes: readonly number[], limits: BatchLimits) =>
  batch.length === 1 ||
  (batch.length <= limits.maxRows &&
    paddedCost(batch, sizes) <= limits.maxPaddedCost &&
    paddedCost(batch, sizes) <= realCost(batch, sizes) * limits.maxWaste * (1 + 1e-12));

const randomCase = (random: TestRandom) => ({
  sizes: random.array(random.integer(1, 80), () => random.integer(1, 500)),
  limits: {
    maxPaddedCost: random.integer(50, 20_000),
    maxRows: random.integer(1, 64),
    maxWaste: 1 + random.next(),
  },
});

test('rows of lengths near the first join it, however far back they stand', () => {
  const chosen = chooseBatch([100, 7, 101, 400, 99, 8], { ...roomy, maxWaste: 1.1 });
  expect(chosen.sort()).toEqual([0, 2, 4]);
});

test('nothing to choose from gives an empty batch', () => {
  expect(chooseBatch([], roomy)).toEqual([]);
  expect(planBatches([], roomy)).toEqual([]);
});

test('a row that alone exceeds the cost still runs, by itself', () => {
  expect(chooseBatch([1000, 1000], { ...roomy, maxPaddedCost: 500 })).toEqual([0]);
  expect(planBatches([1000, 1000], { ...roomy, maxPaddedCost: 500 })).toEqual([[0], [1]]);
});

test('a chosen batch holds the first row, no row twice, and keeps within all limits', () => {
  const random = new TestRandom(1);
  for (let round = 0; round < 500; round++) {
    const { sizes, limits } = randomCase(random);
    const chosen = chooseBatch(sizes, limits);
    expect(chosen).toContain(0);
    expect(new Set(chosen).size).toBe(chosen.length);
    expect(withinLimits(chosen, sizes, limits)).toBe(true);
  }
});

test('a plan puts every row into exactly one batch, longest first, each within the limits', () => {
  const random = new TestRandom(2);
  for (let round = 0; round < 500; round++) {
    const { sizes, limits } = randomCase(random);
    const plan = planBatches(sizes, limits);
    expect(plan.flat().sort((a, b) => a - b)).toEqual(sizes.map((_, i) => i));
    expect(plan.every((batch) => withinLimits(batch, sizes, limits))).toBe(true);
    const ordered = plan.flat().map((i) => sizes[i]!);
    expect(ordered).toEqual([...ordered].sort((a, b) => b - a));
  }
});

test('equal rows fill a batch up to the row limit', () => {
  const plan = planBatches(Array(10).fill(5), { ...roomy, maxRows: 4 });
  expect(plan.map((batch) => batch.length)).toEqual([4, 4, 2]);
});
