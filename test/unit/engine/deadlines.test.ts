import { EngineBench } from '../../helpers/engine-bench.js';

test('a request whose time is over in the queue never reaches the runner', async () => {
  const bench = await new EngineBench().holding();
  const running = [await bench.started(['one']), await bench.started(['two'])];
  const late = await bench.started(['late'], { timeoutMs: 1_000 });
  await bench.until(late, 999);
  expect(late.over).toBe(false);
  await bench.until(late, 1_000);
  expect(await late.ended).toBe('deadline_exceeded');
  for (const id of [1, 2]) bench.runners.last.answer(id);
  await Promise.all(running.map(({ ended }) => ended));
  expect(bench.runners.inputs).toEqual(['one', 'two']);
});

test('a request whose time is over in flight is taken back from the runner', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['slow'], { timeoutMs: 1_000 });
  await bench.until(job, 1_000);
  expect(await job.ended).toBe('deadline_exceeded');
  expect((await job.error).message).toContain('1000 ms');
  expect(bench.runners.last.cancelled).toEqual([1]);
});

test('of a stream that had begun the last word is waited for, since it is paid', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['story'], { timeoutMs: 1_000, streaming: true });
  bench.runners.last.say({ type: 'delta', id: 1, delta: 'Once' });
  await bench.until(job, 1_000);
  expect(job.over).toBe(false);
  bench.runners.last.outcome({
    id: 1,
    ok: false,
    error: { code: 'client_closed', message: '', param: undefined },
    usage: { outputTokens: 1, deviceMicros: 40 },
  });
  expect(await job.ended).toBe('deadline_exceeded');
  expect(job.progress.usage).toMatchObject({ outputTokens: 1, deviceMicros: 40 });
});

test('the length of the audio adds to the time, once it is known', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['sound'], { timeoutMs: 60_000 });
  bench.runners.last.say({ type: 'measured', id: 1, usage: { audioSeconds: 90 } });
  await bench.until(job, 149_999);
  expect(job.over).toBe(false);
  await bench.until(job, 150_000);
  expect(await job.ended).toBe('deadline_exceeded');
  expect((await job.error).message).toContain('150000 ms');
});

test('a request that ends in time leaves no timer behind', async () => {
  const bench = new EngineBench();
  await bench.submit(['x']).ended;
  await bench.pass();
  expect(bench.clock.pending).toBe(1); // the engine's housekeeping
});

test('time runs while the model loads', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = () => {};
  const job = await bench.started(['x'], { timeoutMs: 1_000 });
  await bench.clock.advance(1_000);
  expect(await job.ended).toBe('deadline_exceeded');
});

test('a deadline that passed before the engine was asked ends the request at once', async () => {
  const bench = await new EngineBench().holding();
  const progress = { ...bench.submit(['x']).progress, submittedAt: bench.clock.now() - 5_000 };
  const job = await bench.started(['y'], { timeoutMs: 1_000, progress });
  await bench.clock.advance(0);
  expect(await job.ended).toBe('deadline_exceeded');
});
