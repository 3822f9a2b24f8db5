import { EngineBench, testModel } from '../../helpers/engine-bench.js';
import { settle } from '../../helpers/fake-clock.js';
import { temporaryFolder, writeFiles } from '../../helpers/temporary.js';

/** Runners that load only when told to. */
const coldBench = () => {
  const bench = new EngineBench();
  bench.runners.onLoad = () => {};
  return bench;
};
const health = (bench: EngineBench) => bench.engine.health(testModel);

test('a model loads on first use, once for all who wait', async () => {
  const bench = coldBench();
  const jobs = [bench.submit(['a']), bench.submit(['b']), bench.submit(['c'])];
  await settle();
  expect(bench.runners.started).toHaveLength(1);
  expect(bench.runners.inputs).toEqual([]);
  bench.runners.last.ready();
  expect(await Promise.all(jobs.map(({ ended }) => ended))).toEqual([['a'], ['b'], ['c']]);
});

test('the time until a runner has the input counts as waiting', async () => {
  const bench = coldBench();
  const job = await bench.started(['x']);
  await bench.until(job, 4_000);
  bench.runners.last.ready();
  await job.ended;
  expect(job.progress.startedAt! - job.progress.submittedAt).toBe(4_000);
});

test('a request is held for thirty seconds, then told that the model is loading and when to come back', async () => {
  const bench = coldBench();
  const job = await bench.started(['x']);
  await bench.until(job, 29_999);
  expect(job.over).toBe(false);
  await bench.until(job, 30_000);
  expect(await job.ended).toBe('model_loading');
  expect((await job.error).retryAfterSeconds).toBeGreaterThanOrEqual(1);
});

test('a request that asked to wait is not sent away by the hold, only by its deadline', async () => {
  const bench = coldBench();
  const patient = await bench.started(['x'], { waitForModel: true, timeoutMs: 600_000 });
  const hurried = await bench.started(['y'], { waitForModel: true, timeoutMs: 50_000 });
  await bench.clock.advance(100_000);
  expect(await hurried.ended).toBe('deadline_exceeded');
  expect(patient.over).toBe(false);
  bench.runners.last.ready();
  expect(await patient.ended).toEqual(['x']);
});

test('how long loading should still take comes from how long it took before', async () => {
  const bench = coldBench();
  const first = await bench.started(['x']);
  await bench.until(first, 20_000);
  bench.runners.last.ready();
  await first.ended;
  bench.runners.last.exit();
  await settle();
  await bench.clock.advance(5_000);
  expect(health(bench)).toMatchObject({ status: 'loading', estimatedSeconds: 15 });
});

test('a failed load is told to all who wait, with the time of the next try', async () => {
  const bench = coldBench();
  const jobs = [await bench.started(['a']), await bench.started(['b'])];
  bench.runners.last.say({ type: 'loadFailed', message: 'no such file /root/secret' });
  for (const job of jobs) {
    const error = await job.error;
    expect([error.code, error.retryAfterSeconds]).toEqual(['model_unavailable', 10]);
    expect(error.message).not.toContain('secret');
  }
  expect(health(bench).status).toBe('unavailable');
});

test('failed loads are tried again after 10 s, doubling to 5 minutes, and success forgets them', async () => {
  const bench = coldBench();
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    const tried = bench.runners.started.length;
    const job = await bench.started(['x']);
    expect(bench.runners.started).toHaveLength(tried + 1);
    bench.runners.last.say({ type: 'loadFailed', message: 'no' });
    bench.runners.last.exit();
    expect((await job.error).retryAfterSeconds).toBe(seconds);
    await bench.clock.advance(seconds * 1000 - 1_000);
    const early = bench.submit(['x']);
    expect([await early.ended, (await early.error).retryAfterSeconds]).toEqual(['model_unavailable', 1]);
    expect(bench.runners.started).toHaveLength(tried + 1);
    await bench.clock.advance(1_000);
  }
  bench.runners.onLoad = (runner) => runner.ready();
  expect(await bench.submit(['x']).ended).toEqual(['x']);
  bench.runners.onLoad = () => {};
  bench.runners.last.exit();
  await settle();
  bench.runners.last.say({ type: 'loadFailed', message: 'no' });
  expect((await bench.submit(['x']).error).retryAfterSeconds).toBe(10);
});

test('a runner that dies while loading is a failed load', async () => {
  const bench = coldBench();
  const job = await bench.started(['x']);
  bench.runners.last.exit({ signal: 'SIGKILL', code: null });
  expect(await job.ended).toBe('model_unavailable');
});

test('a model that cannot be loaded keeps no other from being served', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) => {
    if (runner.load?.modelId === 'test/broken') runner.say({ type: 'loadFailed', message: 'no' });
    else runner.ready();
  };
  expect(await bench.submit(['x'], { model: { ...testModel, id: 'test/broken' } }).ended).toBe(
    'model_unavailable',
  );
  expect(await bench.submit(['x']).ended).toEqual(['x']);
});

test('a load that says nothing for two minutes is ended; one that is alive is not', async () => {
  const bench = coldBench();
  const job = await bench.started(['x'], { waitForModel: true, timeoutMs: 3_600_000 });
  const [runner] = bench.runners.started;
  for (let i = 0; i < 60; i++) {
    runner!.stillAlive();
    await bench.clock.advance(5_000);
  }
  expect(runner!.alive).toBe(true);
  await bench.clock.advance(130_000);
  expect(runner!.alive).toBe(false);
  expect(await job.ended).toBe('model_unavailable');
});

test('a load that does not end within ten minutes is ended, however alive its runner is', async () => {
  const bench = coldBench();
  const job = await bench.started(['x'], { waitForModel: true, timeoutMs: 3_600_000 });
  for (let i = 0; i < 122; i++) {
    bench.runners.last.stillAlive();
    await bench.clock.advance(5_000);
  }
  expect(bench.runners.last.alive).toBe(false);
  expect(await job.ended).toBe('model_unavailable');
});

test('the state of a model is told at every moment of its life', async () => {
  const bench = coldBench();
  expect(health(bench)).toMatchObject({
    status: 'unavailable',
    detail: expect.stringContaining('not loaded'),
  });
  const job = await bench.started(['x']);
  expect(health(bench)).toMatchObject({ status: 'loading', detail: 'starting' });
  bench.runners.last.say({ type: 'loading', stage: 'warming up' });
  expect(health(bench)).toMatchObject({ status: 'loading', detail: 'warming up' });
  bench.runners.last.ready();
  await job.ended;
  expect(health(bench)).toEqual({ status: 'ready' });
});

test('a model is the files that were there when it was loaded, until it is loaded again', async () => {
  const folder = writeFiles(temporaryFolder(), { 'onnx/model.onnx': 'weights' });
  const model = { ...testModel, folder };
  const bench = new EngineBench();
  const onDisk = bench.engine.revision(model);
  expect(onDisk).toContain('onnx/model.onnx 7 ');
  await bench.engine.warm(model);
  writeFiles(folder, { 'onnx/model.onnx': 'other weights' });
  expect(bench.engine.revision(model)).toBe(onDisk);
  bench.runners.last.exit();
  await bench.pass();
  expect(bench.engine.revision(model)).toContain('onnx/model.onnx 13 ');
});

test('warming resolves when the model is ready and fails when it cannot be loaded', async () => {
  const bench = coldBench();
  const warming = bench.engine.warm(testModel);
  await settle();
  bench.runners.last.ready();
  await warming;
  const other = bench.engine.warm({ ...testModel, id: 'test/other' });
  await settle();
  bench.runners.last.say({ type: 'loadFailed', message: 'no' });
  await expect(other).rejects.toMatchObject({ code: 'model_unavailable' });
});

test('a runner that could not load and does not end is ended after five seconds', async () => {
  const bench = coldBench();
  const job = await bench.started(['x']);
  bench.runners.last.say({ type: 'loadFailed', message: 'no' });
  await job.ended;
  await bench.clock.advance(4_999);
  expect(bench.runners.last.alive).toBe(true);
  await bench.clock.advance(1);
  expect(bench.runners.last.alive).toBe(false);
});

test('a runner that ends long after its load failed touches nothing of the next one', async () => {
  const bench = coldBench();
  const job = await bench.started(['x']);
  const slow = bench.runners.last;
  slow.kill = () => {};
  slow.say({ type: 'loadFailed', message: 'no' });
  await job.ended;
  await bench.clock.advance(10_000);
  bench.runners.onLoad = (runner) => runner.ready();
  bench.runners.onBatch = () => {};
  const next = await bench.started(['y']);
  slow.stillAlive();
  slow.ready();
  slow.say({ type: 'loadFailed', message: 'again' });
  slow.exit();
  await bench.pass();
  expect([health(bench), bench.runners.started.length]).toEqual([{ status: 'ready' }, 2]);
  bench.runners.last.answer(1, 'of the second');
  expect(await next.ended).toEqual(['of the second']);
});

test('a runner that is unloaded and does not end is ended after five seconds', async () => {
  const bench = await new EngineBench().holding();
  const { last } = bench.runners;
  last.send = () => {};
  bench.engine.lanes.get('test/model@fp32')!.host.unload();
  await bench.clock.advance(4_999);
  expect(last.alive).toBe(true);
  await bench.clock.advance(1);
  expect(last.alive).toBe(false);
  expect(health(bench)).toMatchObject({ detail: expect.stringContaining('not loaded') });
});

test('a runner that ends when it is told to leaves no timer behind', async () => {
  const bench = await new EngineBench().holding();
  const before = bench.clock.pending;
  bench.engine.lanes.get('test/model@fp32')!.host.unload();
  await settle();
  expect([bench.runners.last.alive, bench.clock.pending]).toEqual([false, before]);
});
