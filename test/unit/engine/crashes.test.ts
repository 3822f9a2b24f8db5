import { EngineBench, testModel } from '../../helpers/engine-bench.js';
import { settle } from '../../helpers/fake-clock.js';
import type { FakeRunner } from '../../helpers/fake-runner.js';

/** Runners that die of any input that says poison, and answer all others. */
const poisonableBench = () => {
  const bench = new EngineBench();
  bench.runners.onBatch = (runner, items) => {
    if (items.some(({ input }) => String(input).startsWith('poison')))
      return runner.exit({ signal: 'SIGABRT' });
    for (const { id, input } of items) runner.answer(id, input, { deviceMicros: 10 });
  };
  return bench;
};
const batchesOf = (runner: FakeRunner | undefined) =>
  runner?.batches.map((batch) => batch.map(({ input }) => input));

test('after a death, the inputs of the batch run again alone, one after the other, each once', async () => {
  const bench = await new EngineBench().holding();
  const jobs = [bench.submit(['a1', 'a2']), bench.submit(['b1'])];
  await bench.pass();
  const first = bench.runners.last;
  first.exit();
  await bench.pass();
  const second = bench.runners.last;
  expect(second).not.toBe(first);
  for (let i = 0; i < 3; i++) {
    expect(second.batches).toHaveLength(i + 1);
    const [item] = second.batches[i]!;
    second.answer(item!.id, `${item!.input} again`);
    await bench.pass();
  }
  expect(batchesOf(second)).toEqual([['a1'], ['a2'], ['b1']]);
  expect(await Promise.all(jobs.map(({ ended }) => ended))).toEqual([['a1 again', 'a2 again'], ['b1 again']]);
  expect(jobs.map(({ events }) => events.filter(({ type }) => type === 'result').length)).toEqual([2, 1]);
});

test('what waited in the queue waits on and runs in batches as before', async () => {
  const bench = await new EngineBench().holding();
  await bench.started(['a']);
  await bench.started(['b']);
  const waiting = await bench.started(Array(10).fill('queued'));
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input);
  };
  bench.runners.last.exit();
  expect(await waiting.ended).toEqual(Array(10).fill('queued'));
  expect(batchesOf(bench.runners.last)).toEqual([['a'], ['b'], Array(10).fill('queued')]);
});

test('an input that ends two runners fails, and its batch-mates get their answers', async () => {
  const bench = poisonableBench();
  await bench.engine.warm(testModel);
  const jobs = [bench.submit(['good one']), bench.submit(['poison 1']), bench.submit(['good two'])];
  const ended = await Promise.all(jobs.map((job) => job.ended));
  expect(ended).toEqual([['good one'], 'runner_failed', ['good two']]);
  expect(bench.runners.started).toHaveLength(3);
});

test('a request with one poisonous input among many fails as a whole, and the next one is served', async () => {
  const bench = poisonableBench();
  expect(await bench.submit(['fine', 'poison', 'also fine']).ended).toBe('runner_failed');
  expect(await bench.submit(['fine', 'also fine']).ended).toEqual(['fine', 'also fine']);
});

test('the same input soon again is refused before it reaches a runner, for ten minutes', async () => {
  const bench = poisonableBench();
  expect(await bench.submit(['poison']).ended).toBe('runner_failed');
  const deaths = bench.runners.started.length;
  expect(await bench.submit(['poison']).ended).toBe('input_quarantined');
  expect(await bench.submit(['harmless', 'poison']).ended).toBe('input_quarantined');
  expect(await bench.submit(['harmless']).ended).toEqual(['harmless']);
  expect(bench.runners.started).toHaveLength(deaths);
  await bench.clock.advance(599_000);
  expect(await bench.submit(['poison']).ended).toBe('input_quarantined');
  await bench.clock.advance(1_000);
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'cured');
  expect(await bench.submit(['poison']).ended).toEqual(['cured']);
});

test('the same input with other parameters, or for another model, is not refused', async () => {
  const bench = poisonableBench();
  expect(await bench.submit(['poison']).ended).toBe('runner_failed');
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'fine');
  expect(await bench.submit(['poison'], { params: { other: true } }).ended).toEqual(['fine']);
  expect(await bench.submit(['poison'], { model: { ...testModel, id: 'test/other' } }).ended).toEqual([
    'fine',
  ]);
});

test('a stream that had begun fails with the runner and is not begun anew', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  bench.runners.onBatch = () => {};
  const [begun, fresh] = [await bench.started(['begun']), await bench.started(['fresh'])];
  const first = bench.runners.last;
  first.say({ type: 'delta', id: 1, delta: 'Once' });
  await bench.pass();
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'whole');
  first.exit();
  expect(await begun.ended).toBe('runner_failed');
  expect(begun.events.filter(({ type }) => type === 'delta')).toHaveLength(1);
  expect(await fresh.ended).toEqual(['whole']);
  expect(batchesOf(bench.runners.last)).toEqual([['fresh']]);
});

test('an input that is measured again after a death is counted once', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  bench.runners.onBatch = (runner, items) => {
    runner.say({ type: 'measured', id: items[0]!.id, usage: { inputTokens: 10, audioSeconds: 5 } });
    if (bench.runners.started.length === 1) runner.exit();
    else runner.answer(items[0]!.id, 'done', { outputTokens: 2 });
  };
  const job = bench.submit(['x']);
  expect(await job.ended).toEqual(['done']);
  expect(job.progress.usage).toMatchObject({ inputTokens: 10, outputTokens: 2, audioSeconds: 5 });
});

test('while an input that may be poisonous runs, nothing else is at the runner', async () => {
  const bench = await new EngineBench().holding();
  await bench.started(['suspect 1', 'suspect 2']);
  bench.runners.last.exit();
  await bench.pass();
  const innocent = await bench.started(['innocent']);
  const second = bench.runners.last;
  expect(batchesOf(second)).toEqual([['suspect 1']]);
  second.answer(second.batches[0]![0]!.id);
  await bench.pass();
  expect(batchesOf(second)).toEqual([['suspect 1'], ['suspect 2']]);
  second.answer(second.batches[1]![0]!.id);
  await bench.pass();
  expect(batchesOf(second)?.[2]).toEqual(['innocent']);
  expect(innocent.over).toBe(false);
});

test('an input whose client has left is not run again', async () => {
  const bench = await new EngineBench().holding();
  const gone = await bench.started(['gone']);
  gone.leave();
  await bench.pass();
  bench.runners.last.exit();
  expect(await gone.ended).toBe('client_closed');
  await bench.pass();
  expect(bench.runners.last.batches).toEqual([]);
});

test('a runner that owes answers and says nothing for two minutes is ended, and its inputs run again', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x'], { timeoutMs: 3_600_000 });
  const first = bench.runners.last;
  await bench.clock.advance(119_000);
  expect(first.alive).toBe(true);
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'at last');
  await bench.clock.advance(10_000);
  expect(first.alive).toBe(false);
  expect(await job.ended).toEqual(['at last']);
});

test('a runner whose event loop turns while its device gets nowhere is ended too', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x'], { timeoutMs: 3_600_000 });
  const first = bench.runners.last;
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'at last');
  for (let i = 0; i < 26; i++) {
    first.stillAlive();
    await bench.clock.advance(5_000);
  }
  expect(first.alive).toBe(false);
  expect(await job.ended).toEqual(['at last']);
});

test('a runner that owes nothing, or whose device works, is left in peace', async () => {
  const bench = await new EngineBench().holding();
  const { last } = bench.runners;
  await bench.clock.advance(3_600_000);
  expect(last.alive).toBe(true);
  await bench.started(['x'], { timeoutMs: 3_600_000 });
  for (let i = 0; i < 100; i++) {
    last.waste(4_000_000);
    last.stillAlive();
    await bench.clock.advance(5_000);
  }
  expect(last.alive).toBe(true);
});

test('from the third death in a row on, the restart waits: 250 ms, doubling to 30 s', async () => {
  const bench = await new EngineBench().holding();
  const died = async () => {
    bench.runners.last.exit();
    await settle();
  };
  for (const _ of [1, 2]) {
    const before = bench.runners.started.length;
    await died();
    expect(bench.runners.started).toHaveLength(before + 1);
  }
  for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const before = bench.runners.started.length;
    await died();
    await bench.clock.advance(waitMs - 1);
    expect(bench.runners.started).toHaveLength(before);
    await bench.clock.advance(1);
    expect(bench.runners.started).toHaveLength(before + 1);
  }
});

test('a good answer ends the row of deaths', async () => {
  const bench = new EngineBench();
  for (let i = 0; i < 6; i++) {
    expect(await bench.submit(['x']).ended).toEqual(['x']);
    bench.runners.last.exit();
    await bench.pass();
    expect(bench.runners.started).toHaveLength(i + 2);
  }
});

test('requests that were accepted survive a restart that fails at first', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['x']);
  bench.runners.onLoad = (runner) => runner.exit({ signal: 'SIGKILL' });
  bench.runners.last.exit();
  await bench.pass();
  expect(job.over).toBe(false);
  bench.runners.onLoad = (runner) => runner.ready();
  bench.runners.onBatch = (runner, items) => runner.answer(items[0]!.id, 'at last');
  await bench.clock.advance(10_000);
  expect(await job.ended).toEqual(['at last']);
});

test('requests that were accepted are told when a restart fails twice, and wait for no deadline', async () => {
  const bench = await new EngineBench().holding();
  const ran = await bench.started(['running']);
  await bench.started(['ahead']);
  const waiting = await bench.started(['waiting', 'too']);
  bench.runners.onLoad = (runner) => runner.say({ type: 'loadFailed', message: 'no memory' });
  bench.runners.last.exit();
  await bench.pass();
  expect([ran.over, waiting.over]).toEqual([false, false]);
  await bench.clock.advance(10_000);
  for (const job of [ran, waiting]) {
    const { code, retryAfterSeconds } = await job.error;
    expect([code, retryAfterSeconds]).toEqual(['model_unavailable', 20]);
  }
});

test('busy time is the sum over all runners of a model, the dead ones included', async () => {
  const bench = await new EngineBench().holding();
  const lane = bench.engine.lanes.get('test/model@fp32');
  await bench.started(['x']);
  const first = bench.runners.last;
  first.outcome({ id: 1, ok: true, value: 'x', usage: { deviceMicros: 700 } });
  await bench.pass();
  first.exit();
  await bench.pass();
  expect(lane?.host.busyMicros).toBe(700);
  bench.runners.onBatch = (runner, items) => {
    runner.waste(30);
    runner.answer(items[0]!.id, 'y', { deviceMicros: 5 });
  };
  await bench.submit(['y']).ended;
  expect(lane?.host.busyMicros).toBe(735);
  expect(lane?.host.restarts).toBe(1);
});
