import { BatchQueue, type Queued } from '../../../src/engine/batch-queue.js';
import { FakeClock } from '../../helpers/fake-clock.js';

interface Item extends Queued {
  readonly run: { readonly id: number; readonly name: string };
  readonly name: string;
}

let jobs = 0;

const job = (name: string, sizes: readonly number[], account = 'a'): Item[] => {
  const run = { id: ++jobs, name };
  const share = { account, priority: 0, weight: 1, chargedMicros: 0 };
  return sizes.map((size, i) => ({ name: `${name}${i}`, run, ...share, size, bytes: 10 * size }));
};
const names = (batch: readonly Item[] | undefined) => batch?.map(({ name }) => name).sort();
const limits = { maxPaddedCost: 1e9, maxRows: 4, maxWaste: 1.25 };

test('an empty queue gives nothing', () => {
  expect(new BatchQueue<Item>(new FakeClock()).take(limits, 1)).toBeUndefined();
});

test('a single input behind a job of 2,048 runs in the next batch', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  queue.push(job('many', Array(2048).fill(10)));
  queue.push(job('one', [10], 'b'));
  expect(names(queue.take(limits, 1))).toContain('one0');
});

test('a single input of another length waits for one batch of a large job, not for all of it', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  queue.push(job('many', Array(2048).fill(10)));
  queue.push(job('long', [400], 'b'));
  expect(names(queue.take(limits, 1))).not.toContain('long0');
  expect(names(queue.take(limits, 1))).toEqual(['long0']);
});

test('jobs take turns as the anchor of a batch', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  queue.push(job('short', [1, 1, 1, 1, 1, 1]));
  queue.push(job('long', [100, 100, 100, 100, 100, 100]));
  const anchors = Array.from({ length: 4 }, () => queue.take(limits, 1)?.[0]?.run);
  const name = (run: Item['run'] | undefined) => run?.name;
  expect(anchors.map(name)).toEqual(['short', 'long', 'short', 'long']);
});

test('entries of one job come out in their order when lengths are equal', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  queue.push(job('x', Array(6).fill(3)));
  expect(queue.take(limits, 1)?.map(({ name }) => name)).toEqual(['x0', 'x1', 'x2', 'x3']);
  expect(queue.take(limits, 1)?.map(({ name }) => name)).toEqual(['x4', 'x5']);
});

test('what must run alone goes first and in a batch of one', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  queue.push(job('x', [5, 5]));
  const [suspect] = job('suspect', [5]);
  queue.pushAlone(suspect!);
  expect(queue.nextIsAlone).toBe(true);
  expect(names(queue.take(limits, 1))).toEqual(['suspect0']);
  expect(queue.nextIsAlone).toBe(false);
});

test('dropping a job removes all of it and nothing else', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  const gone = job('gone', [5, 5, 5]);
  queue.push(gone);
  queue.push(job('kept', [5]));
  queue.pushAlone(gone[2]!);
  queue.drop(gone[0]!.run);
  expect(names(queue.take(limits, 1))).toEqual(['kept0']);
  expect(queue.take(limits, 1)).toBeUndefined();
});

test('jobs, inputs, bytes and cost are counted in and out again', () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  const first = job('x', [1, 2, 3]);
  queue.push(first);
  queue.push(job('y', [4], 'b'));
  expect([queue.jobs, queue.entries, queue.bytes, queue.cost]).toEqual([2, 4, 100, 10]);
  const of = (account: string) => Object.values(queue.waitingOf(account));
  expect([of('a'), of('b'), of('c')]).toEqual([
    [1, 3, 60],
    [1, 1, 40],
    [0, 0, 0],
  ]);
  queue.take({ ...limits, maxRows: 1 }, 1);
  expect([queue.jobs, queue.entries, queue.bytes, queue.cost]).toEqual([2, 3, 90, 9]);
  expect(of('a')).toEqual([1, 2, 50]);
  queue.drop(first[0]!.run);
  expect([queue.jobs, queue.entries, queue.bytes, queue.cost]).toEqual([1, 1, 40, 4]);
  queue.take(limits, 1);
  expect([queue.jobs, queue.entries, queue.bytes, queue.cost]).toEqual([0, 0, 0, 0]);
  expect([of('a'), of('b')]).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test("what must run alone counts as its account's until it is taken", () => {
  const queue = new BatchQueue<Item>(new FakeClock());
  const [suspect] = job('suspect', [5]);
  queue.pushAlone(suspect!);
  expect(queue.waitingOf('a')).toEqual({ jobs: 0, entries: 1, bytes: 50 });
  queue.take(limits, 1);
  expect(queue.waitingOf('a')).toEqual({ jobs: 0, entries: 0, bytes: 0 });
});
