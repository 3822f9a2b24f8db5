import type { Usage } from '../../src/job.js';
import { costMicroUsd, pricesShape } from '../../src/metering/price.js';

const usage = (some: Partial<Usage>): Usage => ({
  inputTokens: 0,
  outputTokens: 0,
  images: 0,
  audioSeconds: 0,
  deviceMicros: 0,
  ...some,
});

test.each([
  [
    'tokens by the million',
    { usd_per_million_input_tokens: 0.5, usd_per_million_output_tokens: 2 },
    { inputTokens: 1_000, outputTokens: 250 },
    1_000,
  ],
  ['images', { usd_per_image: 0.002 }, { images: 3 }, 6_000],
  ['minutes of audio', { usd_per_audio_minute: 0.006 }, { audioSeconds: 90 }, 9_000],
  ['seconds of the device', { usd_per_gpu_second: 0.0005 }, { deviceMicros: 3_000_000 }, 1_500],
  [
    'all of it together',
    { usd_per_image: 0.001, usd_per_gpu_second: 1 },
    { images: 1, deviceMicros: 7 },
    1_007,
  ],
])('%s are priced in micro-dollars', (_, prices, used, cost) => {
  expect(costMicroUsd(pricesShape.parse(prices), usage(used))).toBe(cost);
});

test('a part of a micro-dollar is rounded up, the dust of binary fractions is not', () => {
  const prices = pricesShape.parse({ usd_per_million_input_tokens: 0.1 });
  expect(costMicroUsd(prices, usage({ inputTokens: 1 }))).toBe(1);
  // 0.1 * 3 is 0.30000000000000004, and 0.1 * 30 must be 3.
  expect(costMicroUsd(prices, usage({ inputTokens: 30 }))).toBe(3);
  expect(costMicroUsd(prices, usage({ inputTokens: 31 }))).toBe(4);
  expect(costMicroUsd(prices, usage({}))).toBe(0);
});

test('without prices nothing costs anything', () => {
  expect(costMicroUsd(undefined, usage({ images: 1e9 }))).toBe(0);
});

test.each([[{ usd_per_image: -1 }], [{ usd_per_imagee: 1 }], [{ usd_per_image: '1' }]])(
  'prices like %j are refused',
  (prices) => {
    expect(pricesShape.safeParse(prices).success).toBe(false);
  },
);
