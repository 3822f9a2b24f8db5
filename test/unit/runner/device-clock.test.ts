import { DeviceClock } from '../../../src/runner/device-clock.js';
import { Turns } from '../../../src/runner/turns.js';
import { type Deferred, defer } from '../../helpers/deferred.js';
import { settle } from '../../helpers/fake-clock.js';
import { TestRandom } from '../../helpers/random.js';

/** Runs that last until they are told to end, on a clock that moves a little at every look. */
const makeBench = () => {
  let now = 5;
  const clock = new DeviceClock(() => {
    now += 0.0013;
    return now;
  });
  const start = () => {
    const run = defer();
    return { ended: clock.measure(() => run.promise), end: run.resolve, fail: run.reject };
  };
  return { clock, start, pass: (ms: number) => (now += ms) };
};

test('a run pays for its own time and not for the time before or after it', async () => {
  const { clock, start, pass } = makeBench();
  pass(100);
  const run = start();
  pass(10);
  run.end();
  const { micros } = await run.ended;
  pass(100);
  expect(micros).toBeGreaterThanOrEqual(10_000);
  expect(micros).toBeLessThan(10_010);
  expect(clock.busyMicros).toBe(micros);
});

test('runs that overlap share the overlap', async () => {
  const { start, pass } = makeBench();
  const first = start();
  pass(10);
  const second = start();
  pass(10);
  first.end();
  const a = await first.ended;
  pass(10);
  second.end();
  const b = await second.ended;
  expect(Math.round(a.micros / 1000)).toBe(15);
  expect(Math.round(b.micros / 1000)).toBe(15);
});

test('whatever overlaps, the parts add up to the busy time to the microsecond', async () => {
  const random = new TestRandom(21);
  const { clock, start, pass } = makeBench();
  let billed = 0;
  const running: ReturnType<typeof start>[] = [];
  for (let step = 0; step < 300; step++) {
    pass(random.next() * 3);
    if (running.length < 4 && random.next() < 0.5) running.push(start());
    else if (running.length > 0) {
      const [run] = running.splice(random.integer(0, running.length - 1), 1);
      run!.end();
      billed += (await run!.ended).micros;
    }
  }
  for (const run of running) {
    run.end();
    billed += (await run.ended).micros;
  }
  expect(billed).toBe(clock.busyMicros);
});

test('a run that fails leaves the clock right for the others', async () => {
  const { clock, start, pass } = makeBench();
  const failing = start();
  pass(10);
  failing.fail(new Error('out of memory'));
  await expect(failing.ended).rejects.toThrow('out of memory');
  const before = clock.busyMicros;
  expect(before).toBeGreaterThanOrEqual(10_000);
  pass(50);
  const next = start();
  next.end();
  await next.ended;
  expect(clock.busyMicros - before).toBeLessThan(100);
});

test('only so many go at once, in the order they came, and a failure frees its place', async () => {
  const turns = new Turns(2);
  const running: string[] = [];
  const ends: Record<string, Deferred> = {};
  const go = (name: string) =>
    turns.take(() => {
      running.push(name);
      ends[name] = defer();
      return ends[name].promise;
    });
  const results = ['a', 'b', 'c', 'd'].map((name) => go(name).catch((error: Error) => error.message));
  await settle();
  expect(running).toEqual(['a', 'b']);
  ends.b!.reject(new Error('b failed'));
  await settle();
  expect(running).toEqual(['a', 'b', 'c']);
  ends.a!.resolve();
  await settle();
  expect(running).toEqual(['a', 'b', 'c', 'd']);
  ends.c!.resolve();
  ends.d!.resolve();
  expect(await Promise.all(results)).toEqual([undefined, 'b failed', undefined, undefined]);
});
