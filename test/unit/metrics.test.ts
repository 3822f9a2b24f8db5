import { TaskwireError } from '../../src/errors.js';
import { newProgress } from '../../src/job.js';
import { Metrics, type RequestDone } from '../../src/metering/metrics.js';
import { testCaller } from '../helpers/caller.js';
import { EngineBench, testModel } from '../helpers/engine-bench.js';

const done = (outcome: RequestDone['outcome'], isPaid: boolean): RequestDone => ({
  call: { id: 'req_1', task: { name: 'echo' }, caller: testCaller() },
  model: 'test/model',
  outcome,
  usage: { ...newProgress(0).usage, deviceMicros: 1_000_000 },
  isPaid,
  queueMs: 1,
  computeMs: 2,
});

const readMetric = async (metrics: Metrics, name: string): Promise<number | undefined> => {
  const found = (await metrics.registry.getMetricsAsJSON()).find((one) => one.name === name);
  return found?.values[0]?.value as number | undefined;
};

test('device time that nobody pays is unbilled', async () => {
  const bench = new EngineBench();
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input, { deviceMicros: 1_000_000 });
  };
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  await bench.submit(['a', 'b', 'c', 'd', 'e']).ended;
  metrics.requestDone(done('succeeded', true));
  metrics.requestDone(done('cancelled', true));
  metrics.requestDone(done(new TaskwireError('client_closed'), true));
  metrics.requestDone(done('failed', false));
  metrics.requestDone(done(new TaskwireError('deadline_exceeded'), false));
  expect(await readMetric(metrics, 'taskwire_device_busy_seconds')).toBe(5);
  expect(await readMetric(metrics, 'taskwire_device_unbilled_seconds')).toBe(2);
});

test('how far accounts are apart in device time is told by priority, and only of those that wait', async () => {
  const bench = new EngineBench();
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  const lags = async () => {
    const found = (await metrics.registry.getMetricsAsJSON()).find(
      ({ name }) => name === 'taskwire_fair_lag_seconds',
    );
    return found?.values.map(({ labels, value }) => [labels.priority, value]);
  };
  await bench.holding();
  expect(await lags()).toEqual([]);
  // One of each is at the runner, that of `b` ten times as long; the others wait.
  for (const account of ['a', 'b', 'a', 'b', 'a', 'b'])
    await bench.started(['x'.repeat(account === 'a' ? 100 : 1000)], { account, priority: 1 });
  for (const account of ['c', 'd']) await bench.started(['x'], { account, priority: 0 });
  expect((await lags())?.map(([priority]) => priority)).toEqual([1, 0]);
  const [[, high], [, low]] = (await lags()) as [[number, number], [number, number]];
  // Before anything was measured, a character is taken to cost 0.1 ms.
  expect(high).toBeCloseTo(0.09);
  expect(low).toBe(0);
});

test('the cache of a model that was unloaded is told no more', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) =>
    runner.ready({ kind: 'generate', cache: { slots: 4, capacityTokens: 64, bytes: 1_000 } });
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  await bench.engine.warm(testModel);
  expect(await readMetric(metrics, 'taskwire_cache_bytes')).toBe(1_000);
  for (const { host } of bench.engine.lanes.values()) host.unload();
  expect(await readMetric(metrics, 'taskwire_cache_bytes')).toBeUndefined();
  expect(await readMetric(metrics, 'taskwire_runner_ready')).toBe(0);
});
