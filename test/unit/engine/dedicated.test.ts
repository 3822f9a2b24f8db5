/** Runners that serve one account or team alone. */
import { Metrics } from '../../../src/metering/metrics.js';
import { EngineBench, testModel } from '../../helpers/engine-bench.js';

const of = (runnerOwner: string) => ({ runnerOwner, account: runnerOwner });
const minuteMs = 60_000;

const alive = ({ runners }: EngineBench) => runners.started.filter((runner) => runner.alive).length;

test("nobody else's work waits before the owner's", async () => {
  const bench = new EngineBench({ dedicatedRunners: 2 });
  await bench.holding();
  for (let i = 0; i < 20; i++) await bench.started(['x'], { account: 'other', priority: 9 });
  const shared = bench.runners.last;
  const mine = await bench.started(['mine'], of('acme'));
  const own = bench.runners.last;
  expect(own).not.toBe(shared);
  expect(own.batches.flat().map(({ input }) => input)).toEqual(['mine']);
  own.answer(own.batches[0]![0]!.id, 'done');
  expect(await mine.ended).toEqual(['done']);
  expect(shared.batches.flat().every(({ scope }) => scope === 'other')).toBe(true);
});

test('without room everybody shares', async () => {
  for (const dedicatedRunners of [0, 1]) {
    const bench = new EngineBench({ dedicatedRunners });
    for (const owner of ['acme', 'bolt', 'acme', 'bolt']) await bench.submit(['x'], of(owner)).ended;
    expect(bench.runners.started).toHaveLength(dedicatedRunners + 1);
    expect(bench.engine.dedicated.loaded).toBe(dedicatedRunners);
  }
});

test('room is made by who has been idle for a minute, and never by who has work', async () => {
  const bench = new EngineBench({ dedicatedRunners: 1 });
  await bench.submit(['x'], of('acme')).ended;
  await bench.clock.advance(minuteMs - 1_000);
  await bench.submit(['x'], of('bolt')).ended;
  expect(alive(bench)).toBe(2); // the owner's and the shared one
  await bench.clock.advance(1_000);
  bench.runners.onBatch = () => {};
  await bench.started(['x'], of('bolt'));
  const bolts = bench.runners.last;
  expect(bench.runners.started).toHaveLength(3);
  expect(bench.runners.started.map((runner) => runner.alive)).toEqual([false, true, true]);
  await bench.clock.advance(2 * minuteMs);
  await bench.started(['x'], of('acme'));
  expect(bench.runners.started).toHaveLength(3);
  expect(bolts.alive).toBe(true);
});

test('a runner that did nothing for fifteen minutes is ended, and the next job starts another', async () => {
  const bench = new EngineBench({ dedicatedRunners: 1 });
  bench.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.answer(id, 'done', { deviceMicros: 500 });
  };
  await bench.submit(['x'], of('acme')).ended;
  await bench.clock.advance(15 * minuteMs + 6_000);
  expect([alive(bench), bench.engine.dedicated.loaded]).toEqual([0, 0]);
  const lane = bench.engine.lanes.get('test/model@fp32 acme')!;
  expect(lane.host.restarts).toBe(0);
  expect(await bench.submit(['x'], of('acme')).ended).toEqual(['done']);
  expect(bench.runners.started).toHaveLength(2);
  expect(lane.host.busyMicros).toBe(1_000);
});

test("while the owner's runner cannot be loaded, the shared one serves", async () => {
  const bench = new EngineBench({ dedicatedRunners: 1 });
  await bench.engine.warm(testModel);
  bench.runners.onLoad = (runner) => runner.say({ type: 'loadFailed', message: 'no memory' });
  expect(await bench.submit(['x'], of('acme')).ended).toBe('model_unavailable');
  expect(await bench.submit(['y'], of('acme')).ended).toEqual(['y']);
  bench.runners.onLoad = (runner) => runner.ready();
  await bench.clock.advance(10_000);
  expect(await bench.submit(['z'], of('acme')).ended).toEqual(['z']);
  expect(bench.runners.last.batches.flat().map(({ input }) => input)).toEqual(['z']);
});

test("health and metrics tell the owner's runner from the shared one", async () => {
  const bench = new EngineBench({ dedicatedRunners: 1 });
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  await bench.engine.warm(testModel);
  expect(bench.engine.health(testModel).status).toBe('ready');
  expect(bench.engine.health(testModel, 'acme').status).toBe('unavailable');
  expect(bench.runners.started).toHaveLength(1);
  await bench.submit(['x'], of('acme')).ended;
  expect(bench.engine.health(testModel, 'acme').status).toBe('ready');
  // There is room for one.
  expect(bench.engine.health(testModel, 'bolt').status).toBe('ready');
  const text = await metrics.registry.metrics();
  expect(text).toContain('taskwire_runner_ready{model="test/model@fp32"} 1');
  expect(text).toContain('taskwire_runner_ready{model="test/model@fp32",owner="acme"} 1');
});

test('what requests were billed and what nobody was add up to what all runners were busy', async () => {
  const bench = new EngineBench({ dedicatedRunners: 2 });
  const metrics = new Metrics();
  metrics.watch(bench.engine);
  bench.runners.onLoad = (runner) => runner.ready({ warmupMicros: 40 });
  bench.runners.onBatch = (runner, items) => {
    runner.waste(3);
    for (const { id } of items) runner.answer(id, 'done', { deviceMicros: 100 });
  };
  let billed = 0;
  const round = async () => {
    for (const owner of ['acme', 'bolt', 'other']) {
      const job = bench.submit(['x'], owner === 'other' ? { account: owner } : of(owner));
      await job.ended;
      billed += job.progress.usage.deviceMicros;
    }
  };
  await round();
  await bench.clock.advance(16 * minuteMs);
  await round();
  const busy = [...bench.engine.lanes.values()].reduce((sum, { host }) => sum + host.busyMicros, 0);
  expect(billed).toBe(600);
  // The two owners' runners were started twice, the shared one once.
  expect(busy).toBe(billed + 5 * 40 + 6 * 3);
});
