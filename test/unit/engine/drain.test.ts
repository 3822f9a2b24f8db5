import { EngineBench, testModel } from '../../helpers/engine-bench.js';
import { settle } from '../../helpers/fake-clock.js';

const draining = (bench: EngineBench, graceMs: number) => {
  const state = { drained: false };
  void bench.engine.drain(graceMs).then(() => {
    state.drained = true;
  });
  return state;
};

test('an engine that does nothing drains at once', async () => {
  await new EngineBench().engine.drain(30_000);
});

test('draining takes nothing new and waits for what runs and what waits', async () => {
  const bench = await new EngineBench().holding();
  const jobs = [await bench.started(['a']), await bench.started(['b']), await bench.started(['c'])];
  const state = draining(bench, 30_000);
  const refused = bench.submit(['d']);
  expect(await refused.ended).toBe('draining');
  expect((await refused.error).retryAfterSeconds).toBeGreaterThan(0);
  const { last } = bench.runners;
  for (let id = 1; id <= 3; id++) {
    expect(state.drained).toBe(false);
    last.answer(id);
    await settle();
  }
  expect(state.drained).toBe(true);
  expect(await Promise.all(jobs.map(({ ended }) => ended))).toEqual([
    ['answer 1'],
    ['answer 2'],
    ['answer 3'],
  ]);
});

test('nothing is left of the grace time once all is done', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x']);
  const before = bench.clock.pending;
  const state = draining(bench, 30_000);
  expect(bench.clock.pending).toBe(before + 1);
  bench.runners.last.answer(1);
  await job.ended;
  await settle();
  expect(state.drained).toBe(true);
  // Nor of the job's deadline.
  expect(bench.clock.pending).toBe(before - 1);
});

test('the grace time bounds the wait', async () => {
  const bench = await new EngineBench().holding();
  await bench.started(['x']);
  const state = draining(bench, 30_000);
  await bench.clock.advance(29_999);
  expect(state.drained).toBe(false);
  await bench.clock.advance(1);
  expect(state.drained).toBe(true);
});

test('closing ends every runner, and none comes back', async () => {
  const bench = new EngineBench();
  bench.runners.onBatch = () => {};
  await bench.engine.warm(testModel);
  const job = await bench.started(['x']);
  void bench.engine.warm({ ...testModel, id: 'test/loading' });
  await settle();
  bench.engine.close();
  await bench.clock.advance(600_000);
  expect(bench.runners.started.map(({ alive }) => alive)).toEqual([false, false]);
  expect(job.over).toBe(true);
  expect(bench.clock.pending).toBe(0);
});

test('who is still there when the engine closes hears at once that it does', async () => {
  const bench = await new EngineBench().holding();
  const jobs = [
    await bench.started(['running']),
    await bench.started(['ahead']),
    await bench.started(['waiting', 'too']),
  ];
  bench.runners.onLoad = () => {};
  const loading = { model: { ...testModel, id: 'test/loading' }, waitForModel: true };
  jobs.push(await bench.started(['x'], loading));
  bench.engine.close();
  await settle();
  expect(jobs.map(({ over }) => over)).toEqual([true, true, true, true]);
  expect(new Set(await Promise.all(jobs.map(({ ended }) => ended)))).toEqual(new Set(['draining']));
});

test('nothing waits for a restart, or a load, that closing has called off', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x']);
  bench.runners.onLoad = (runner) => runner.exit();
  bench.runners.last.exit();
  await bench.pass();
  bench.engine.close();
  expect(await job.ended).toBe('draining');
  await expect(bench.engine.warm(testModel)).rejects.toMatchObject({ code: 'draining' });
  await expect(bench.engine.warm({ ...testModel, id: 'test/new' })).rejects.toMatchObject({
    code: 'draining',
  });
  await bench.clock.advance(600_000);
  expect(bench.runners.started).toHaveLength(2);
});
