import { EngineBench, testModel } from '../../helpers/engine-bench.js';

const text = (length: number) => 'x'.repeat(length);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `input ${String(i).padStart(4, '0')}`);

test('values come in the order of the inputs, whatever the order of the answers', async () => {
  const bench = await new EngineBench().holding();
  const job = await bench.started(['a', 'bb', 'c', 'dddd', 'e']);
  const { last } = bench.runners;
  for (let answered = 0; !job.over; ) {
    const items = last.batches.flat();
    for (const { id, input } of items.slice(answered).reverse()) last.answer(id, `${input}!`);
    answered = items.length;
    await bench.pass();
  }
  expect(await job.ended).toEqual(['a!', 'bb!', 'c!', 'dddd!', 'e!']);
});

test('inputs of similar lengths travel together, and no batch is mostly padding', async () => {
  const bench = new EngineBench();
  const lengths = Array.from({ length: 60 }, (_, i) => 1 + ((i * 37) % 100));
  await bench.submit(lengths.map(text)).ended;
  for (const batch of bench.runners.last.batches) {
    const sizes = batch.map(({ input }) => String(input).length);
    const real = sizes.reduce((a, b) => a + b);
    expect(Math.max(...sizes) * sizes.length).toBeLessThanOrEqual(real * 1.25);
  }
  expect(bench.runners.last.batches.length).toBeLessThan(30);
});

test('requests of different clients share a batch, each with its own parameters', async () => {
  const bench = await new EngineBench().holding();
  await bench.started(['first'], { params: { n: 0 } });
  await bench.started(['other'], { params: { n: 0 } });
  const jobs = [bench.submit(['third'], { params: { n: 3 } }), bench.submit(['forth'], { params: { n: 4 } })];
  await bench.pass();
  const { last } = bench.runners;
  last.answer(1);
  await bench.pass();
  expect(last.batches[2]?.map(({ input, params }) => [input, params])).toEqual([
    ['third', { n: 3 }],
    ['forth', { n: 4 }],
  ]);
  for (const { id, input } of last.batches[2]!) last.answer(id, input);
  expect(await Promise.all(jobs.map(({ ended }) => ended))).toEqual([['third'], ['forth']]);
});

test('beside the batch that computes, one more is at a runner', async () => {
  const bench = await new EngineBench().holding();
  await bench.started(numbered(500));
  const { last } = bench.runners;
  expect(last.batches).toHaveLength(2);
  for (const { id } of last.batches[0]!.slice(1)) last.answer(id);
  await bench.pass();
  expect(last.batches).toHaveLength(2);
  last.answer(last.batches[0]![0]!.id);
  await bench.pass();
  expect(last.batches).toHaveLength(3);
});

test('a batch holds at most 64 inputs', async () => {
  const bench = new EngineBench();
  await bench.submit(Array(200).fill('x')).ended;
  expect(Math.max(...bench.runners.last.batches.map((batch) => batch.length))).toBe(64);
});

test('2,048 inputs do not make a single input wait for all of them', async () => {
  const bench = await new EngineBench().holding();
  const { last } = bench.runners;
  const many = await bench.started(numbered(2048));
  const one = await bench.started(['input of someone else'], { account: 'b' });
  for (let batch = 0; !one.over; batch++) {
    expect(batch).toBeLessThan(4);
    for (const { id, input } of last.batches[batch]!) last.answer(id, input);
    await bench.pass();
  }
  expect(await one.ended).toEqual(['input of someone else']);
  expect(many.over).toBe(false);
});

test('2,048 inputs come back complete and in order', async () => {
  const inputs = numbered(2048);
  expect(await new EngineBench().submit(inputs).ended).toEqual(inputs);
});

test('a generating runner gets one input for each of its slots, and the next when one is free', async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 3 });
  bench.runners.onBatch = () => {};
  await bench.started(['a', 'b', 'c', 'd', 'e']);
  const { last } = bench.runners;
  expect(last.batches.map((batch) => batch.map(({ input }) => input))).toEqual([['a'], ['b'], ['c']]);
  last.answer(last.batches[1]![0]!.id);
  await bench.pass();
  expect(last.batches[3]?.map(({ input }) => input)).toEqual(['d']);
  expect(last.batches).toHaveLength(4);
});

test('a slow device gets smaller batches once it was measured', async () => {
  const bench = new EngineBench();
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items)
      runner.answer(id, input, { deviceMicros: 10_000 * String(input).length });
  };
  await bench.submit(Array(300).fill(text(10))).ended;
  const rows = bench.batches.map((batch) => batch.rows);
  expect(rows[0]).toBe(64);
  // 10 letters take 0.1 s: that is all a batch should take.
  expect(rows.at(-1)).toBe(1);
});

test('each model and each of its variants has a runner of its own, told what to load', async () => {
  const bench = new EngineBench();
  const models = [testModel, { ...testModel, dtype: 'q4' as const }, { ...testModel, id: 'test/other' }];
  for (const model of [...models, testModel]) await bench.submit(['x'], { model }).ended;
  expect(bench.runners.started.map(({ load }) => [load?.modelId, load?.dtype, load?.device])).toEqual([
    ['test/model', 'fp32', 'cpu'],
    ['test/model', 'q4', 'cpu'],
    ['test/other', 'fp32', 'cpu'],
  ]);
});

test('a job tells that it was accepted, then its results, and its usage adds up', async () => {
  const bench = new EngineBench();
  const job = bench.submit(['a', 'b', 'c']);
  await job.ended;
  expect(job.events.map(({ type }) => type)).toEqual(['accepted', 'result', 'result', 'result']);
  expect(job.progress.usage).toMatchObject({ inputTokens: 3, deviceMicros: 300 });
  expect(job.progress.startedAt).toBe(bench.clock.now());
});

test('pieces and measurements reach the job they belong to, in order', async () => {
  const bench = await new EngineBench().holding();
  const [one, two] = [await bench.started(['one']), await bench.started(['two'])];
  const { last } = bench.runners;
  last.say({ type: 'measured', id: 2, usage: { inputTokens: 7 } });
  last.say({ type: 'delta', id: 2, delta: 'piece' });
  last.say({ type: 'delta', id: 1, delta: 'other' });
  last.answer(2, 'two done', { outputTokens: 1 });
  last.answer(1, 'one done');
  await Promise.all([one.ended, two.ended]);
  expect(two.events).toEqual([
    { type: 'accepted' },
    { type: 'measured', index: 0, usage: { inputTokens: 7 } },
    { type: 'delta', index: 0, delta: 'piece' },
    { type: 'result', index: 0, value: 'two done' },
  ]);
  expect(one.events.map(({ type }) => type)).toEqual(['accepted', 'delta', 'result']);
  expect(two.progress.usage).toMatchObject({ inputTokens: 7, outputTokens: 1 });
});

const ask = (bench: EngineBench, count: number): void => {
  for (let i = 0; i < count; i++) bench.submit([`input ${i}`]);
};

/** An engine at which so many clients have asked while two batches of one input were at the runner, which are answered. */
const crowded = async (count: number) => {
  const bench = await new EngineBench().holding();
  await bench.started(['first']);
  await bench.started(['other']);
  ask(bench, count);
  await bench.pass();
  const { last } = bench.runners;
  for (const { id } of last.batches.flat()) last.answer(id);
  await bench.pass();
  return { bench, last, sizes: () => last.batches.slice(2).map((batch) => batch.length) };
};

test('of many clients no batch takes so much that nothing is left to be ahead', async () => {
  const { sizes } = await crowded(10);
  // One computes and one is ahead: half of the 12 that were there at once, then the rest.
  expect(sizes()).toEqual([6, 4]);
});

test('those just answered are expected again: a batch waits for its share of the crowd, not of who is there', async () => {
  const { bench, last, sizes } = await crowded(20);
  expect(sizes()).toEqual([11, 9]);
  // All but four are answered, and six of them ask again.
  for (const { id } of last.batches.slice(2).flat().slice(4)) last.answer(id);
  ask(bench, 6);
  await bench.clock.advance(1);
  expect(sizes()).toEqual([11, 9]);
  ask(bench, 5);
  await bench.clock.advance(1);
  expect(sizes()).toEqual([11, 9, 11]);
});

test('a crowd that does not come back is forgotten', async () => {
  const { bench, last, sizes } = await crowded(20);
  for (const { id } of last.batches.slice(2).flat().slice(2)) last.answer(id);
  await bench.clock.advance(1000);
  ask(bench, 3);
  await bench.pass();
  // Half of the four that are there when the second has come.
  expect(sizes()).toEqual([11, 9, 2]);
});
