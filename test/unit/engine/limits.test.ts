import { EngineBench, testModel } from '../../helpers/engine-bench.js';

const small = { jobs: 4, entries: 10, bytes: 1_000, accountShare: 0.5 };

/** A runner that keeps three inputs and answers nothing, so that all else waits. */
const fullBench = async (limits: Partial<typeof small>) => {
  const bench = await new EngineBench({ limits: { ...small, ...limits } }).holding();
  await bench.started(['running']);
  await bench.started(['running too']);
  await bench.started(['running first'], { account: 'new' });
  return bench;
};

test('an account may fill its share of the queue, and others still get in', async () => {
  const bench = await fullBench({});
  const waiting = [await bench.started(['1']), await bench.started(['2'])];
  const refused = bench.submit(['3']);
  expect(await refused.ended).toBe('queue_full');
  expect((await refused.error).message).toMatch(/2 requests of this account.*2 at most/);
  const other = await bench.started(['4'], { account: 'b' });
  expect([...waiting, other].some(({ over }) => over)).toBe(false);
});

test('when the queue is full of requests, everyone is refused', async () => {
  const bench = await fullBench({ accountShare: 1 });
  for (const account of ['a', 'b', 'c', 'd']) await bench.started(['x'], { account });
  expect(await bench.submit(['x'], { account: 'e' }).ended).toBe('overloaded');
});

test('the queue is bounded by inputs', async () => {
  const bench = await fullBench({ accountShare: 1 });
  const eight = await bench.started(Array(8).fill('x'));
  expect(await bench.submit(Array(3).fill('x')).ended).toBe('overloaded');
  const two = await bench.started(Array(2).fill('x'));
  expect([eight.over, two.over]).toEqual([false, false]);
});

test('the queue is bounded by bytes', async () => {
  const bench = await fullBench({ accountShare: 1 });
  const job = await bench.started(['x'.repeat(400)]);
  expect(await bench.submit(['x'.repeat(101)]).ended).toBe('overloaded');
  expect(job.over).toBe(false);
});

test('what was refused gets in once there is room', async () => {
  const bench = await fullBench({});
  const waiting = await bench.started(['1']);
  await bench.started(['2']);
  expect(await bench.submit(['3']).ended).toBe('queue_full');
  waiting.leave();
  expect(await waiting.ended).toBe('client_closed');
  const next = await bench.started(['4']);
  expect(next.over).toBe(false);
});

test('Retry-After is what is waiting times what a unit of it was measured to take', async () => {
  const bench = new EngineBench({ limits: { ...small, accountShare: 1, bytes: 1e9 } });
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items)
      runner.answer(id, input, { deviceMicros: 2_000 * String(input).length });
  };
  // Enough batches for the running mean to reach 2 ms a character.
  for (let i = 0; i < 40; i++) await bench.submit(['x'.repeat(10)]).ended;
  bench.runners.onBatch = () => {};
  for (let i = 0; i < 6; i++) await bench.started(['x'.repeat(1_000)]);
  const error = await bench.submit(['x']).error;
  expect(error.code).toBe('overloaded');
  // 4 jobs of 1,000 characters wait: 8 seconds.
  expect(error.retryAfterSeconds).toBe(8);
});

test('Retry-After is at least a second and at most ten minutes', async () => {
  const bench = await fullBench({});
  await bench.started(['1']);
  await bench.started(['2']);
  expect((await bench.submit(['3']).error).retryAfterSeconds).toBe(1);
  const huge = await new EngineBench({ limits: { ...small, jobs: 1, bytes: 1e12 } }).holding();
  for (let i = 0; i < 4; i++)
    await huge.started(['x'], { works: [{ input: 'x', size: 1e12, bytes: 1 }], account: `${i}` });
  expect((await huge.submit(['x']).error).retryAfterSeconds).toBe(600);
});

describe('while the model loads', () => {
  const loadingBench = (limits: Partial<typeof small>) => {
    const bench = new EngineBench({ limits: { ...small, ...limits } });
    bench.runners.onLoad = () => {};
    return bench;
  };

  test('the number of requests is bounded', async () => {
    const bench = loadingBench({ accountShare: 1 });
    for (let i = 0; i < 4; i++) await bench.started(['x']);
    expect(await bench.submit(['x']).ended).toBe('overloaded');
  });

  test('an account may not take more than its share', async () => {
    const bench = loadingBench({});
    for (let i = 0; i < 2; i++) await bench.started(['x']);
    expect(await bench.submit(['x']).ended).toBe('queue_full');
    expect((await bench.started(['x'], { account: 'b' })).over).toBe(false);
  });

  test('what waits is bounded by inputs and by bytes', async () => {
    const bench = loadingBench({ accountShare: 1 });
    await bench.started(Array(8).fill('x'));
    expect(await bench.submit(Array(3).fill('x')).ended).toBe('overloaded');
    const other = { ...testModel, id: 'test/other' };
    await bench.started(['x'.repeat(400)], { model: other });
    expect(await bench.submit(['x'.repeat(101)], { model: other }).ended).toBe('overloaded');
  });
});
