/** What a long job has used of its device is told while it runs. */
import { EngineBench, type Submitted } from '../../helpers/engine-bench.js';
import type { FakeRunner } from '../../helpers/fake-runner.js';

const toldBy = ({ events }: Submitted) =>
  events.flatMap((event) => (event.type === 'used' ? [event.deviceMicros] : []));

/** Says what the nth input that it was sent has used so far. */
const say = (runner: FakeRunner, nth: number, deviceMicros: number) =>
  runner.say({ type: 'used', id: runner.batches.flat()[nth]!.id, deviceMicros });

const generating = async () => {
  const bench = new EngineBench();
  bench.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  return bench.holding();
};

test('the inputs of a job count together, those that are done too', async () => {
  const bench = await generating();
  const job = await bench.started(['one', 'two']);
  const { last } = bench.runners;
  say(last, 0, 1_000_000);
  say(last, 1, 900_000);
  say(last, 1, 1_400_000);
  await bench.pass();
  expect(toldBy(job)).toEqual([1_000_000, 2_400_000]);
  const [first, second] = last.batches.flat();
  last.answer(first!.id, 'done', { deviceMicros: 1_700_000 });
  say(last, 1, 2_000_000);
  await bench.pass();
  // 1.7 s and 2 s.
  expect(toldBy(job)).toEqual([1_000_000, 2_400_000, 3_700_000]);
  last.answer(second!.id, 'done', { deviceMicros: 4_000_000 });
  await job.ended;
  expect(toldBy(job)).toHaveLength(3);
  expect(job.progress.usage.deviceMicros).toBe(5_700_000);
});

test('what an input had used at a runner that died does not count', async () => {
  const bench = await generating();
  const job = await bench.started(['one']);
  say(bench.runners.last, 0, 5_000_000);
  bench.runners.last.exit();
  await bench.pass();
  say(bench.runners.last, 0, 1_000_000);
  await bench.pass();
  say(bench.runners.last, 0, 6_000_000);
  await bench.pass();
  expect(toldBy(job)).toEqual([5_000_000, 6_000_000]);
  const { last } = bench.runners;
  last.answer(last.batches.flat()[0]!.id, 'done', { deviceMicros: 6_500_000 });
  await job.ended;
  expect(job.progress.usage.deviceMicros).toBe(6_500_000);
});

test('a job of many batches tells between them, one that ends with its batch tells nothing', async () => {
  const bench = new EngineBench();
  bench.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input, { deviceMicros: 700_000 });
  };
  const long = bench.submit(['a', 'b', 'c', 'd']);
  await long.ended;
  expect(toldBy(long)).toEqual([1_400_000]);
  const short = bench.submit(['a']);
  await short.ended;
  expect(short.events.map(({ type }) => type)).toEqual(['accepted', 'result']);
});
