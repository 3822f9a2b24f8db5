import { TaskwireError } from '../../src/errors.js';
import { newProgress } from '../../src/job.js';
import { Metrics, type RequestDone } from '../../src/metering/metrics.js';
import { EngineBench } from '../helpers/engine-bench.js';

const done = (outcome: RequestDone['outcome'], deviceMicros: number): RequestDone => ({
  call: { id: 'req_1', task: { name: 'echo' } },
  model: 'test/model',
  outcome,
  usage: { ...newProgress(0).usage, deviceMicros },
  queueMs: 1,
  computeMs: 2,
  bill: { costMicroUsd: 0 },
});

const readMetric = async (metrics: Metrics, name: string): Promise<number | undefined> => {
  const found = (await metrics.registry.getMetricsAsJSON()).find((one) => one.name === name);
  return found?.values[0]?.value as number | undefined;
};

test('device time is billed to who got an answer or left, and to nobody when a request failed', async () => {
  const bench = new EngineBench();
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input, { deviceMicros: 1_000_000 });
  };
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  await bench.submit(['a', 'b', 'c', 'd', 'e']).ended;
  metrics.requestDone(done('succeeded', 1_000_000));
  metrics.requestDone(done('cancelled', 1_000_000));
  metrics.requestDone(done(new TaskwireError('client_closed'), 1_000_000));
  metrics.requestDone(done('failed', 1_000_000));
  metrics.requestDone(done(new TaskwireError('deadline_exceeded'), 1_000_000));
  expect(await readMetric(metrics, 'taskwire_device_busy_seconds')).toBe(5);
  expect(await readMetric(metrics, 'taskwire_device_unbilled_seconds')).toBe(2);
});
