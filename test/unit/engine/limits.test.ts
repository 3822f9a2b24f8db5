import type { Work } from '../../../src/job.js';
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

test('the share binds inputs and bytes as it does requests', async () => {
  const bench = await fullBench({});
  await bench.started(Array(3).fill('x'));
  const tooMany = bench.submit(Array(3).fill('x'));
  expect(await tooMany.ended).toBe('queue_full');
  expect((await tooMany.error).message).toMatch(/3 inputs of this account.*5 at most/);
  const tooLarge = bench.submit(['x'.repeat(248)]);
  expect(await tooLarge.ended).toBe('queue_full');
  expect((await tooLarge.error).message).toMatch(/6 bytes of input of this account.*500 at most/);
  const fits = await bench.started(['x'.repeat(247)]);
  const other = await bench.started(Array(5).fill('x'), { account: 'b' });
  expect([fits.over, other.over]).toEqual([false, false]);
});

test('an account whose share is full hears so, also when the queue is full', async () => {
  const bench = await fullBench({});
  await bench.started(Array(5).fill('x'));
  await bench.started(Array(5).fill('x'), { account: 'b' });
  expect(await bench.submit(['x']).ended).toBe('queue_full');
  expect(await bench.submit(['x'], { account: 'c' }).ended).toBe('overloaded');
});

test('who has nothing waiting gets in with one request that is larger than the share', async () => {
  const bench = await fullBench({});
  const many = await bench.started(Array(9).fill('x'));
  expect(many.over).toBe(false);
  many.leave();
  await bench.pass();
  const large = await bench.started(['x'.repeat(400)]);
  expect(large.over).toBe(false);
});

test.each([
  ['2,048 inputs', Array<Work>(2_048).fill({ input: 'x', size: 1, bytes: 2 })],
  ['25 MB', [{ input: 'x', size: 1, bytes: 25 * 2 ** 20 }]],
])(
  "by default a flood of requests of %s fills its account's share, and keeps no other out",
  async (_, works) => {
    const bench = await new EngineBench().holding();
    const flood = Array.from({ length: 40 }, () => bench.submit([], { works }));
    await bench.pass();
    const refused = flood.filter(({ over }) => over);
    expect(new Set(await Promise.all(refused.map(({ ended }) => ended)))).toEqual(new Set(['queue_full']));
    expect(flood.length - refused.length).toBeGreaterThan(10);
    for (const account of ['b', 'c']) {
      const other = await bench.started([], { account, works });
      expect(other.over).toBe(false);
    }
  },
);

test('when the queue is full of requests, everyone is refused', async () => {
  const bench = await fullBench({ accountShare: 1 });
  for (const account of ['a', 'b', 'c', 'd']) await bench.started(['x'], { account });
  expect(await bench.submit(['x'], { account: 'e' }).ended).toBe('overloaded');
});

test('the queue is bounded by inputs', async () => {
  const bench = await fullBench({ accountShare: 1 });
  const eight = await bench.started(Array(8).fill('x'));
  expect(await bench.submit(Array(3).fill('x'), { account: 'b' }).ended).toBe('overloaded');
  const two = await bench.started(Array(2).fill('x'));
  expect([eight.over, two.over]).toEqual([false, false]);
});

test('the queue is bounded by bytes', async () => {
  const bench = await fullBench({ accountShare: 1 });
  const job = await bench.started(['x'.repeat(400)]);
  expect(await bench.submit(['x'.repeat(101)], { account: 'b' }).ended).toBe('overloaded');
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
  const error = await bench.submit(['x'], { account: 'b' }).error;
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
    expect(await bench.submit(['x'], { account: 'b' }).ended).toBe('overloaded');
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
    expect(await bench.submit(Array(3).fill('x'), { account: 'b' }).ended).toBe('overloaded');
    const other = { ...testModel, id: 'test/other' };
    await bench.started(['x'.repeat(400)], { model: other });
    expect(await bench.submit(['x'.repeat(101)], { model: other, account: 'b' }).ended).toBe('overloaded');
  });
});
