import { TaskwireError } from '../../../src/errors.js';
import { EngineBench } from '../../helpers/engine-bench.js';

/** Two batches at the runner, so that what comes next waits in the queue. */
const busyBench = async () => {
  const bench = await new EngineBench().holding();
  const running = [await bench.started(['running']), await bench.started(['next one'])];
  return { bench, running, runner: bench.runners.last };
};
const received = (bench: EngineBench) => bench.runners.inputs;

test('a request cancelled in the queue never reaches the runner', async () => {
  const { bench, runner, running } = await busyBench();
  const job = await bench.started(['never', 'ever']);
  job.leave();
  expect(await job.ended).toBe('client_closed');
  for (const id of [1, 2]) runner.answer(id);
  await Promise.all(running.map(({ ended }) => ended));
  await bench.pass();
  expect(received(bench)).toEqual(['running', 'next one']);
  expect(runner.cancelled).toEqual([]);
});

test('a request cancelled in flight is taken back from the runner, and only that one', async () => {
  const { bench, running, runner } = await busyBench();
  running[0]!.leave();
  await bench.pass();
  expect(runner.cancelled).toEqual([1]);
  runner.refuse(1, 'client_closed');
  expect(await running[0]!.ended).toBe('client_closed');
  runner.answer(2, 'done');
  expect(await running[1]!.ended).toEqual(['done']);
  expect(bench.engine.lanes.get('test/model@fp32')?.stats).toEqual({
    queuedJobs: 0,
    queuedInputs: 0,
    runningInputs: 0,
  });
});

test('what a client that left has used is known from the last word of its inputs', async () => {
  const { bench, running, runner } = await busyBench();
  const [job] = running;
  runner.say({ type: 'measured', id: 1, usage: { inputTokens: 5 } });
  job!.leave();
  await bench.pass();
  expect(job!.over).toBe(false);
  runner.answer(1, 'half a text', { outputTokens: 3, deviceMicros: 400 });
  expect(await job!.ended).toBe('client_closed');
  expect(job!.progress.usage).toMatchObject({ inputTokens: 5, outputTokens: 3, deviceMicros: 400 });
});

test('the last word is waited for five seconds, and what comes later belongs to nobody', async () => {
  const { bench, running, runner } = await busyBench();
  const [job] = running;
  job!.leave();
  await bench.clock.advance(4_999);
  expect(job!.over).toBe(false);
  await bench.clock.advance(1);
  expect(await job!.ended).toBe('client_closed');
  runner.answer(1, 'late', { outputTokens: 9 });
  await bench.pass();
  expect(job!.progress.usage.outputTokens).toBe(0);
});

test('a request with a failing input fails at once, and its other inputs are taken back', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['a'.repeat(2000), 'b'.repeat(900), 'c'.repeat(500), 'd'.repeat(100)]);
  const { last } = bench.runners;
  const [first, second] = last.batches.flat();
  last.refuse(first!.id, 'context_too_long', 'Too long.');
  expect(await job.ended).toBe('context_too_long');
  expect((await job.error).message).toBe('Too long.');
  expect(last.cancelled).toEqual([second!.id]);
  last.answer(second!.id);
  await bench.pass();
  expect(last.batches).toHaveLength(2);
});

test('a request that nobody reads to its end is taken back', async () => {
  const bench = await new EngineBench().holding();
  for await (const event of bench.engine.run(bench.job(['x']))) {
    expect(event).toEqual({ type: 'accepted' });
    await bench.pass();
    expect(bench.runners.inputs).toEqual(['x']);
    break;
  }
  await bench.pass();
  expect(bench.runners.last.cancelled).toEqual([1]);
  expect(bench.clock.pending).toBe(1); // the engine's housekeeping
});

test('a client that left before anything happened costs nothing', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x'], { signal: AbortSignal.abort(new TaskwireError('client_closed')) });
  expect(await job.ended).toBe('client_closed');
  expect(received(bench)).toEqual([]);
});

test('a client that leaves while the model loads is let go at once, and the runner never hears of it', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = () => {};
  const job = await bench.started(['x']);
  job.leave();
  await bench.pass();
  expect(await job.ended).toBe('client_closed');
  bench.runners.last.ready();
  await bench.pass();
  expect(received(bench)).toEqual([]);
});

test('a client that leaves in the middle of a request of many inputs leaves no input in the queue', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(Array(1000).fill('x'.repeat(20)));
  const { last } = bench.runners;
  job.leave();
  await bench.pass();
  for (const id of last.cancelled) last.refuse(id, 'client_closed');
  await job.ended;
  expect([...last.cancelled].sort()).toEqual(
    last.batches
      .flat()
      .map(({ id }) => id)
      .sort(),
  );
  expect(last.batches).toHaveLength(2);
  expect(bench.engine.lanes.get('test/model@fp32')?.stats.queuedInputs).toBe(0);
});
