import { Resampler } from '../../../src/media/audio-resample.js';
import { joined, tone } from '../../helpers/sounds.js';

const resampled = (input: Float32Array, from: number, to: number, block: number): Float32Array => {
  const resampler = new Resampler(from, to);
  const blocks: Float32Array[] = [];
  for (let at = 0; at < input.length; at += block) blocks.push(resampler.push(input.slice(at, at + block)));
  return joined([...blocks, resampler.flush()]);
};

test.each([
  [44_100, 16_000],
  [8_000, 16_000],
  [48_000, 16_000],
  [44_056, 16_000],
  [22_050, 24_000],
])('a tone at %i Hz is the same tone at %i Hz', (from, to) => {
  const output = resampled(tone(440, 0.5, from), from, to, 4_000);
  const expected = tone(440, 0.5, to);
  expect(Math.abs(output.length - expected.length)).toBeLessThanOrEqual(1);
  for (let i = 200; i < expected.length - 200; i++) {
    expect(Math.abs(output[i]! - expected[i]!)).toBeLessThan(2e-4);
  }
});

test('what the new rate cannot carry is left out', () => {
  const output = resampled(tone(10_000, 0.5, 44_100), 44_100, 16_000, 4_000);
  expect(Math.max(...output.subarray(200, -200))).toBeLessThan(1e-3);
});

test('the blocks do not matter', () => {
  const input = tone(440, 0.2, 44_100);
  const whole = resampled(input, 44_100, 16_000, input.length);
  for (const block of [1, 7, 441, 5_000]) expect(resampled(input, 44_100, 16_000, block)).toEqual(whole);
});

test('a sound shorter than a filter comes out, and none stays none', () => {
  expect(resampled(Float32Array.of(1, 1, 1), 8_000, 16_000, 3)).toHaveLength(6);
  expect(resampled(new Float32Array(0), 8_000, 16_000, 1)).toHaveLength(0);
});
