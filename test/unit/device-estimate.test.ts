import { DeviceEstimate } from '../../src/metering/device-estimate.js';

const none = { inputTokens: 0, outputTokens: 0, images: 0, audioSeconds: 0, deviceMicros: 0 };
const text = { model: 'm', size: 100, mostOutputTokens: 50 };

test('nothing is known before a request of the model is done', () => {
  const estimate = new DeviceEstimate();
  expect(estimate.of('m', 100)).toBe(100_000);
  expect(estimate.ofMeasured(text, { ...none, inputTokens: 10 })).toBeUndefined();
  estimate.learn(text, none, true); // failed
  expect(estimate.of('m', 100)).toBe(100_000);
});

test('a request is guessed by its size, and better by its tokens once these are counted', () => {
  const estimate = new DeviceEstimate();
  // 30 tokens in 3 ms; of 50 that might have been generated, 20 were.
  estimate.learn(text, { ...none, inputTokens: 10, outputTokens: 20, deviceMicros: 3_000 }, true);
  expect(estimate.of('m', 200)).toBe(6_000);
  expect(estimate.ofMeasured(text, { ...none, inputTokens: 80 })).toBe((80 + 20) * 100);
  expect(estimate.ofMeasured({ ...text, mostOutputTokens: 500 }, { ...none, inputTokens: 80 })).toBe(28_000);
  expect(estimate.ofMeasured({ ...text, model: 'other' }, none)).toBeUndefined();
  // A fifth of what is new: 8 ms for each 100 of size.
  estimate.learn(text, { ...none, inputTokens: 10, outputTokens: 20, deviceMicros: 8_000 }, true);
  expect(estimate.of('m', 100)).toBe(4_000);
});

test('speech is counted in seconds, and what it says adds nothing to that', () => {
  const estimate = new DeviceEstimate();
  const speech = { model: 'm', size: 1, mostOutputTokens: 0 };
  estimate.learn(speech, { ...none, audioSeconds: 4, outputTokens: 90, deviceMicros: 2_000 }, true);
  expect(estimate.ofMeasured(speech, { ...none, audioSeconds: 60 })).toBe(30_000);
});

test('where runners count nothing before they run, there is no better guess', () => {
  const estimate = new DeviceEstimate();
  estimate.learn(text, { ...none, inputTokens: 10, deviceMicros: 3_000 }, false);
  expect(estimate.ofMeasured(text, { ...none, inputTokens: 80 })).toBeUndefined();
});
