import type { WireItem } from '../../../src/engine/protocol.js';
import { EngineBench, testModel } from '../../helpers/engine-bench.js';
import type { FakeRunner } from '../../helpers/fake-runner.js';

test('an input without size says nothing of what a unit costs, whatever the device took for it', async () => {
  const bench = new EngineBench();
  await bench.engine.warm(testModel);
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input, { deviceMicros: 5_000 });
  };
  const { ended } = await bench.started(['']);
  expect(await ended).toEqual(['']);
  bench.runners.onBatch = () => {};
  await bench.started(['one that waits']);
  const [lane] = bench.engine.lanes.values();
  expect(lane!.retryAfterSeconds).toBe(1);
  expect([...lane!.lagMicros.values()].every(Number.isFinite)).toBe(true);
});

/** Seconds for 10,000 characters, after forty batches of four texts of ten that are answered as a test says. */
const secondsAfter = async (answer: (runner: FakeRunner, items: readonly WireItem[]) => void) => {
  const bench = new EngineBench();
  await bench.engine.warm(testModel);
  bench.runners.onBatch = answer;
  for (let i = 0; i < 40; i++) await bench.submit(Array(4).fill('x'.repeat(10)), { account: `${i}` }).ended;
  bench.runners.onBatch = () => {};
  for (const input of ['running', 'ahead', 'x'.repeat(10_000)]) await bench.started([input]);
  const [lane] = bench.engine.lanes.values();
  return lane!.retryAfterSeconds;
};

/** 2 ms a character. */
const usage = { deviceMicros: 20_000 };

test('inputs that no session ran for say nothing of what a unit costs', async () => {
  const seconds = await secondsAfter((runner, items) => {
    for (const [i, { id }] of items.entries()) runner.answer(id, 'x', i === 0 ? usage : {});
  });
  expect(seconds).toBe(20);
});

test('inputs that failed, and what was cancelled with them, say nothing of what a unit costs', async () => {
  const seconds = await secondsAfter((runner, [first, second, ...others]) => {
    runner.answer(first!.id, 'x', usage);
    runner.refuse(second!.id, 'invalid_media');
    for (const { id } of others) runner.answer(id, 'a part of it', { deviceMicros: 1 });
  });
  expect(seconds).toBe(20);
});
