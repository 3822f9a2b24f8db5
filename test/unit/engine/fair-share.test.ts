/** How accounts share one device. The runner computes one batch at a time, in the order in which it was told to. */
import type { WireItem } from '../../../src/engine/protocol.js';
import { EngineBench, type Submitted } from '../../helpers/engine-bench.js';
import type { FakeRunner } from '../../helpers/fake-runner.js';

const microsPerCharacter = 250;
const text = (length: number) => 'x'.repeat(length);

/** A bench whose runner is a device of one stream: 0.25 ms a character, padding included, batch after batch. */
const deviceBench = async (slots = 0) => {
  const bench = new EngineBench();
  const { clock, runners } = bench;
  const waiting: (readonly WireItem[])[] = [];
  let running = 0;
  const start = (runner: FakeRunner) => {
    const items = waiting.shift();
    if (!items) return;
    running++;
    const sizes = items.map(({ input }) => String(input).length);
    const micros = Math.max(...sizes) * sizes.length * microsPerCharacter;
    clock.after(micros / 1000, () => {
      running--;
      const usage = { deviceMicros: Math.round(micros / items.length) };
      runner.outcome(...items.map(({ id, input }) => ({ id, ok: true, value: input, usage }) as const));
      start(runner);
    });
  };
  if (slots > 0) runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots });
  runners.onBatch = (runner, items) => {
    const { first } = runner.received.findLast((message) => message.type === 'batch')!;
    waiting[first ? 'unshift' : 'push'](items);
    if (running < Math.max(1, slots)) start(runner);
  };
  // Until a unit's cost is known.
  for (let i = 0; i < 20; i++) {
    const job = bench.submit([text(16)]);
    await clock.advance(20);
    await job.ended;
  }
  return bench;
};

const accountsOf = (bench: EngineBench) =>
  bench.runners.last.batches.map((items) => items.map(({ scope }) => scope));

/** A request's latency, to the millisecond. */
const measure = async (bench: EngineBench, job: Submitted): Promise<number> => {
  const startedAt = bench.clock.now();
  while (!job.over) await bench.clock.advance(1);
  return bench.clock.now() - startedAt;
};

/** A client that asks again a moment after it was answered, at no fixed phase of the device. */
const p95 = async (bench: EngineBench, account: string, requests: number): Promise<number> => {
  const latencies: number[] = [];
  for (let i = 0; i < requests; i++) {
    await bench.clock.advance(3 + ((i * 37) % 50));
    latencies.push(await measure(bench, bench.submit([text(16)], { account })));
  }
  return latencies.sort((a, b) => a - b)[Math.floor(0.95 * requests)]!;
};

const flood = (bench: EngineBench, requests: number, change: { account: string; priority?: number }) =>
  Array.from({ length: requests }, () => bench.submit([text(16)], { timeoutMs: 1e9, ...change }));

test('a flood of 1,000 requests raises the p95 of another account to at most twice its own and one batch', async () => {
  const bench = await deviceBench();
  const unloaded = await p95(bench, 'light', 40);
  const flooding = flood(bench, 384, { account: 'flood' });
  let sent = flooding.length;
  // The queue takes 384 of one account: the rest comes as room is made.
  const refill = async () => {
    for (let over = flooding.filter((job) => job.over).length; sent < 1000 && sent - over < 380; sent++)
      flooding.push(...flood(bench, 1, { account: 'flood' }));
  };
  await bench.clock.advance(100);
  const latencies: number[] = [];
  while (flooding.some(({ over }) => !over)) {
    await refill();
    latencies.push(await measure(bench, bench.submit([text(16)], { account: 'light' })));
    await bench.clock.advance(3 + ((latencies.length * 37) % 50));
  }
  expect(sent).toBe(1000);
  expect((await Promise.all(flooding.map(({ ended }) => ended))).every(Array.isArray)).toBe(true);
  const loaded = latencies.sort((a, b) => a - b)[Math.floor(0.95 * latencies.length)]!;
  const batchMs = Math.max(...bench.batches.map(({ rows }) => (rows * 16 * microsPerCharacter) / 1000));
  expect(latencies.length).toBeGreaterThan(20);
  expect(loaded).toBeLessThanOrEqual(2 * unloaded + batchMs);
});

test('two accounts that ask for all they can get the same device time, also when one sends larger inputs', async () => {
  const bench = await deviceBench();
  const work = { a: 0, b: 0 };
  const jobs = (account: 'a' | 'b', size: number, count: number) =>
    Array.from({ length: count }, () => bench.submit([text(size)], { account, timeoutMs: 1e9 }));
  const all = { a: jobs('a', 16, 300), b: jobs('b', 160, 60) };
  await bench.clock.advance(1_500);
  for (const account of ['a', 'b'] as const)
    work[account] = all[account].reduce((sum, { progress }) => sum + progress.usage.deviceMicros, 0);
  expect(all.a.some(({ over }) => !over) && all.b.some(({ over }) => !over)).toBe(true);
  // A batch takes 100 ms, and two are at the runner.
  expect(Math.abs(work.a - work.b)).toBeLessThan(300_000);
});

test('who has three times the weight gets three times the device time', async () => {
  const bench = await deviceBench();
  const jobs = (account: string, weight: number) =>
    Array.from({ length: 200 }, (_, i) =>
      bench.submit(Array(4).fill(text(40 + 40 * (i % 2))), { account, weight, timeoutMs: 1e9 }),
    );
  const all = [jobs('one', 1), jobs('three', 3)];
  const micros = () =>
    all.map((some) => some.reduce((sum, { progress }) => sum + progress.usage.deviceMicros, 0));
  await bench.clock.advance(2_000);
  const [one, three] = micros();
  await bench.clock.advance(4_000);
  const [laterOne, laterThree] = micros();
  expect(all.flat().every(({ over }) => over)).toBe(false);
  const ratio = (laterThree! - three!) / (laterOne! - one!);
  expect(ratio).toBeGreaterThan(2.6);
  expect(ratio).toBeLessThan(3.4);
});

test('a higher level goes first, and a lower one still gets a turn every second', async () => {
  const bench = await deviceBench();
  const before = bench.runners.last.batches.length;
  flood(bench, 200, { account: 'low' });
  // Of another length, so that the two never share a batch.
  const high = () =>
    Array.from({ length: 40 }, () =>
      bench.submit([text(400)], { account: 'high', priority: 2, timeoutMs: 1e9 }),
    );
  high();
  for (let second = 0; second < 3; second++) {
    await bench.clock.advance(1_000);
    high();
  }
  const order = accountsOf(bench)
    .slice(before)
    .map(([account]) => account);
  // The first two were sent before the higher level came.
  const turns = order.slice(2).filter((account) => account === 'low').length;
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(turns).toBeLessThanOrEqual(4);
  expect(order.length).toBeGreaterThan(20);
});

test('what one account has in masses does not lengthen the batch of one with a few inputs', async () => {
  const bench = await deviceBench();
  flood(bench, 200, { account: 'flood' });
  await bench.clock.advance(50);
  const before = bench.runners.last.batches.length;
  await measure(bench, bench.submit([text(16), text(16)], { account: 'light' }));
  const mixed = accountsOf(bench)
    .slice(before)
    .find((accounts) => accounts.includes('light'))!;
  expect(mixed.filter((account) => account === 'light')).toHaveLength(2);
  expect(mixed.filter((account) => account === 'flood').length).toBeLessThanOrEqual(2);
});

test('a generating runner has a place for an account that has nothing there, but only one', async () => {
  const bench = await deviceBench(3);
  const long = (account: string) => bench.submit([text(400)], { account });
  for (let i = 0; i < 10; i++) long('flood');
  await bench.clock.advance(1);
  const before = bench.runners.last.batches.length;
  for (const account of ['b', 'c']) long(account);
  await bench.pass();
  expect(accountsOf(bench).slice(before)).toEqual([['b']]);
});

test('accounts of a generating runner take turns, however much one of them has waiting', async () => {
  const bench = await deviceBench(2);
  const before = bench.runners.last.batches.length;
  flood(bench, 50, { account: 'a' });
  await bench.clock.advance(1);
  flood(bench, 5, { account: 'b' });
  await bench.clock.advance(60);
  const order = accountsOf(bench).slice(before).flat();
  expect(order.slice(0, 12).filter((account) => account === 'b')).toHaveLength(5);
});
