import { seededRandom } from '../../../src/runner/generate/random.js';

// Published outputs of SplitMix64 (the reference implementation in C), seeds 1234567 and 0.
const known: ReadonlyArray<readonly [bigint, readonly bigint[]]> = [
  [
    1234567n,
    [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ],
  ],
  [0n, [0xe220a8397b1dcdafn, 0x6e789e6aa1b965f4n, 0x06c45d188009454fn]],
];

test.each(known)('the stream of seed %s is that of SplitMix64', (seed, outputs) => {
  const random = seededRandom(seed);
  for (const output of outputs) expect(random.next()).toBe(Number(output >> 11n) / 2 ** 53);
});

test('numbers are uniform in [0, 1)', () => {
  const random = seededRandom(42n);
  const bins = new Array<number>(20).fill(0);
  const draws = 40_000;
  for (let i = 0; i < draws; i++) bins[Math.floor(random.next() * bins.length)]!++;
  const expected = draws / bins.length;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 99.9 % of uniform samples stay below 43.8 with 19 degrees of freedom; the seed is fixed.
  expect(chiSquare).toBeLessThan(43.8);
});

test('streams of neighbouring seeds, and of seeds that differ in high bits alone, are different', () => {
  const first = (seed: bigint) => seededRandom(seed).next();
  const seeds = [0n, 1n, 2n, 1n << 53n, 1n << 63n, (1n << 53n) + 1n];
  expect(new Set(seeds.map(first)).size).toBe(seeds.length);
});
