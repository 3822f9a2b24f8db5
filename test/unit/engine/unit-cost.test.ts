import { EngineBench, testModel } from '../../helpers/engine-bench.js';

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
