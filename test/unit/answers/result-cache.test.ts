import { ResultCache } from '../../../src/answers/result-cache.js';
import { TaskwireError } from '../../../src/errors.js';
import { addUsage, type Event, type Job, type ModelRef, newProgress } from '../../../src/job.js';
import { defer } from '../../helpers/deferred.js';
import { FakeClock, settle } from '../../helpers/fake-clock.js';

const model: ModelRef = {
  ...{ id: 'test/model', folder: '/nowhere', dtype: 'fp32', pipelineUrl: 'file:///nowhere.js', options: {} },
  prices: {},
} as unknown as ModelRef;

/** An engine that writes down what it ran, and a cache before it. */
const makeCache = ({ maxBytes = 1e6, run = answerAll } = {}) => {
  const clock = new FakeClock();
  const ran: Job[] = [];
  const engine = {
    revision: () => 'loaded once',
    run(job: Job) {
      ran.push(job);
      return run(job);
    },
  };
  return { clock, ran, engine, cache: new ResultCache({ engine, clock, maxBytes, redis: undefined }) };
};

async function* answerAll({ works, progress }: Job): AsyncGenerator<Event, void, void> {
  progress.startedAt = 1_000;
  yield { type: 'accepted' };
  for (const [index, { input }] of works.entries()) {
    yield { type: 'measured', index, usage: { inputTokens: 2 } };
    addUsage(progress.usage, { inputTokens: 2, deviceMicros: 5 });
    yield { type: 'delta', index, delta: { text: input } };
    yield { type: 'result', index, value: { vector: new Float32Array([1, 2]), input } };
  }
}

const job = (inputs: readonly unknown[], change: Partial<Job> = {}): Job => ({
  id: 'req',
  account: 'a',
  priority: 0,
  weight: 1,
  model,
  works: inputs.map((input) => ({ input, size: 1, bytes: 1 })),
  params: { n: 1 },
  signal: new AbortController().signal,
  repeatable: true,
  streaming: false,
  waitForModel: false,
  progress: newProgress(1_000),
  ...change,
});

const ask = async (cache: ResultCache, one: Job) => {
  const events: Event[] = [];
  for await (const event of cache.run(one)) events.push(event);
  return events.filter(({ type }) => type !== 'measured');
};

test('a second request gets the same events, no device time, and the tokens of the first', async () => {
  const { cache, ran } = makeCache();
  const [first, second] = [job(['x', 'y']), job(['x', 'y'])];
  expect(await ask(cache, second)).toEqual(await ask(cache, first));
  expect(ran).toHaveLength(1);
  expect([second.progress.cache, first.progress.cache]).toEqual(['miss', 'hit']);
  expect(first.progress.usage).toMatchObject({ inputTokens: 4, deviceMicros: 0 });
  expect(second.progress.usage).toMatchObject({ inputTokens: 4, deviceMicros: 10 });
});

test.each<[string, Partial<Job> & { inputs?: unknown[] }]>([
  ['of another account', { account: 'b' }],
  ['with another parameter', { params: { n: 2 } }],
  ['in another precision', { model: { ...model, dtype: 'int8' } }],
  ['of another model', { model: { ...model, id: 'test/other' } }],
  ['with other inputs', { inputs: ['y'] }],
  ['with the inputs joined', { inputs: ['x', 'y'] }],
  ['with bytes instead of a text', { inputs: [new TextEncoder().encode('x')] }],
])('a request %s is another one', async (_, { inputs = ['x'], ...change }) => {
  const { cache, ran } = makeCache();
  await ask(cache, job(['x']));
  await ask(cache, job(inputs, change));
  expect(ran).toHaveLength(2);
});

test('a model that is loaded anew from other files is another one', async () => {
  const { cache, ran, engine } = makeCache();
  await ask(cache, job(['x']));
  engine.revision = () => 'loaded again';
  await ask(cache, job(['x']));
  await ask(cache, job(['x']));
  expect(ran).toHaveLength(2);
});

test('media are compared byte by byte', async () => {
  const { cache, ran } = makeCache({ maxBytes: 1e8 });
  const picture = new Uint8Array(3 * 2 ** 20).fill(7);
  const another = Uint8Array.from(picture);
  another[another.length - 1] = 8;
  for (const input of [picture, Uint8Array.from(picture), another]) await ask(cache, job([input]));
  expect(ran).toHaveLength(2);
});

test('what is not repeatable is run each time, and nothing is kept of it', async () => {
  const { cache, ran } = makeCache();
  const all = [job(['x'], { repeatable: false }), job(['x'], { repeatable: false })];
  for (const one of all) await ask(cache, one);
  expect(ran).toHaveLength(2);
  expect([cache.bytes, ...all.map(({ progress }) => progress.cache)]).toEqual([0, 'off', 'off']);
});

test('identical requests at once share one run', async () => {
  const gate = defer();
  const { cache, ran } = makeCache({
    async *run(one) {
      await gate.promise;
      yield* answerAll(one);
    },
  });
  const jobs = Array.from({ length: 20 }, () => job(['x']));
  const asked = jobs.map((one) => ask(cache, one));
  await settle();
  expect(ran).toHaveLength(1);
  gate.resolve();
  const answers = await Promise.all(asked);
  expect(ran).toHaveLength(1);
  expect(new Set(answers.map((events) => JSON.stringify(events))).size).toBe(1);
  expect(jobs.filter(({ progress }) => progress.cache === 'hit')).toHaveLength(19);
  expect(jobs.reduce((sum, { progress }) => sum + progress.usage.deviceMicros, 0)).toBe(5);
});

test('when the run fails or its client leaves, one of those who waited runs it', async () => {
  const gates = [defer(), defer(), defer()];
  let runs = 0;
  const { cache, ran } = makeCache({
    async *run(one) {
      const nth = runs++;
      await gates[nth]!.promise;
      if (nth === 0) throw new TaskwireError('client_closed');
      if (nth === 1) throw new TaskwireError('runner_failed');
      yield* answerAll(one);
    },
  });
  const asked = Array.from({ length: 5 }, () => ask(cache, job(['x'])).catch(({ code }) => code as string));
  for (const gate of gates) {
    await settle();
    gate.resolve();
  }
  const ended = await Promise.all(asked);
  expect(ran).toHaveLength(3);
  expect(ended.filter((one) => one === 'client_closed')).toHaveLength(1);
  expect(ended.filter((one) => one === 'runner_failed')).toHaveLength(1);
  expect(ended.filter(Array.isArray)).toHaveLength(3);
});

test('who waits for another is bound by its own deadline and connection', async () => {
  const { cache, clock } = makeCache({
    async *run() {
      await new Promise(() => {});
      yield { type: 'accepted' };
    },
  });
  const [hurried, leaving] = [new AbortController(), new AbortController()];
  void ask(cache, job(['x'])).catch(() => {});
  await settle();
  const late = ask(cache, job(['x'], { signal: hurried.signal })).catch(({ code }) => code as string);
  const gone = ask(cache, job(['x'], { signal: leaving.signal })).catch(({ code }) => code as string);
  hurried.abort(new TaskwireError('deadline_exceeded'));
  expect(await late).toBe('deadline_exceeded');
  leaving.abort(new TaskwireError('client_closed'));
  expect(await gone).toBe('client_closed');
  expect(clock.pending).toBe(0);
});

test('a reader that stops leaves nothing behind for others to wait for', async () => {
  const { cache, ran } = makeCache();
  for await (const event of cache.run(job(['x', 'y']))) if (event.type === 'result') break;
  expect(cache.bytes).toBe(0);
  await ask(cache, job(['x', 'y']));
  expect(ran).toHaveLength(2);
});

test('a stream waits for nobody and nobody for it, but what was said once is told again', async () => {
  const gate = defer();
  const { cache, ran } = makeCache({
    async *run(one) {
      await gate.promise;
      yield* answerAll(one);
    },
  });
  const asked = [1, 2].map(() => ask(cache, job(['x'], { streaming: true })));
  await settle();
  expect(ran).toHaveLength(2);
  gate.resolve();
  await Promise.all(asked);
  const [accepted, delta] = await ask(cache, job(['x'], { streaming: true }));
  expect([accepted?.type, delta]).toEqual(['accepted', { type: 'delta', index: 0, delta: { text: 'x' } }]);
  expect(ran).toHaveLength(2);
});

test('memory is bounded; what was used longest ago goes first', async () => {
  const { cache, ran } = makeCache({ maxBytes: 10_000 });
  const large = (name: string) => job([name.repeat(1_000)]);
  for (const name of 'abc') await ask(cache, large(name));
  await ask(cache, large('a'));
  expect(ran).toHaveLength(3);
  for (const name of 'def') await ask(cache, large(name));
  expect(cache.bytes).toBeLessThanOrEqual(10_000);
  const before = ran.length;
  await ask(cache, large('a'));
  await ask(cache, large('b'));
  expect(ran.length - before).toBe(1);
});

test('an answer that would fill the memory is not kept', async () => {
  const { cache } = makeCache({ maxBytes: 10_000 });
  await ask(cache, job(['x'.repeat(4_000)]));
  expect(cache.bytes).toBe(0);
});
