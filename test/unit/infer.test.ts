/** The path of one request, with admission and engine that write down what they were asked. */
import { pino } from 'pino';
import type { Admission, Ticket } from '../../src/admission/admission.js';
import { Catalogue } from '../../src/catalogue/catalogue.js';
import { TaskwireError } from '../../src/errors.js';
import { type Call, collect, infer, type Path } from '../../src/infer.js';
import { addUsage, type Event, type Job } from '../../src/job.js';
import type { RequestDone } from '../../src/metering/metrics.js';
import type { Task } from '../../tasks/task.js';
import { testCaller } from '../helpers/caller.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { testTasks } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

const models = writeFiles(temporaryFolder(), {
  'test/echo/taskwire.json': { task: 'echo' },
  'test/echo/onnx/model.onnx': '',
});
const catalogue = new Catalogue([models], testTasks, pino({ level: 'silent' }));

interface Stubs {
  readonly admission?: Partial<Admission>;
  readonly ticket?: Partial<Ticket>;
  readonly run?: (job: Job) => AsyncGenerator<Event, void, void>;
}

async function* answerAll(job: Job): AsyncGenerator<Event, void, void> {
  job.progress.startedAt = 1_000;
  yield { type: 'accepted' };
  for (const [index, { input }] of job.works.entries()) {
    yield { type: 'measured', index, usage: { inputTokens: 2 } };
    addUsage(job.progress.usage, { inputTokens: 2, deviceMicros: 5 });
    yield { type: 'result', index, value: input };
  }
}

/** The path's that was made last. */
let verbs: string[] = [];

/** A path that logs the verbs it goes through. */
const makePath = ({ admission = {}, ticket = {}, run = answerAll }: Stubs = {}) => {
  const log: string[] = [];
  verbs = log;
  const done: RequestDone[] = [];
  const clock = new FakeClock();
  const path: Path = {
    catalogue,
    admission: {
      async authenticate() {
        throw new Error('the dialect has done that');
      },
      async admit(_, { size }) {
        log.push(`admit ${size}`);
        return {
          trueUp(event) {
            if (event.type === 'measured') log.push(`true up ${event.usage.inputTokens}`);
            return undefined;
          },
          async settle({ outcome, usage: { deviceMicros } }) {
            log.push(`settle ${outcome} ${deviceMicros}`);
            return { costMicroUsd: outcome === 'failed' ? 0 : 7 };
          },
          ...ticket,
        };
      },
      ...admission,
    },
    engine: {
      run(job) {
        log.push(`run ${job.works.length}`);
        return run(job);
      },
    },
    fetchUrl: () => Promise.reject(new Error('nothing to fetch')),
    clock,
    observer: { requestDone: (one) => void done.push(one) },
    log: pino({ level: 'silent' }),
  };
  return { path, log, done, clock };
};

const call = (change: Partial<Call> = {}): Call => ({
  id: 'req_1',
  caller: testCaller('a', 'k'),
  task: testTasks[0] as Task,
  model: undefined,
  readFields: () => ({ inputs: ['one', 'three'] }),
  streamRoute: false,
  lifetime: new AbortController(),
  limitModel: async () => void verbs.push('rate'),
  timeoutMs: undefined,
  waitForModel: false,
  noStore: false,
  ...change,
});

const codeOf = (done: readonly RequestDone[]) =>
  done.map(({ outcome }) => (outcome instanceof TaskwireError ? outcome.code : outcome));

test('a request is rated, admitted by its size, run, trued up and settled, each once and in this order', async () => {
  const { path, log, done } = makePath();
  const { values, settled } = await collect(infer(call(), path));
  expect(values).toEqual(['one', 'three']);
  expect(log).toEqual(['rate', 'admit 8', 'run 2', 'true up 2', 'true up 2', 'settle succeeded 10']);
  expect(settled).toMatchObject({ costMicroUsd: 7, usage: { inputTokens: 4, deviceMicros: 10 } });
  expect(codeOf(done)).toEqual(['succeeded']);
});

test.each([
  ['an unknown model', call({ model: 'no/model' }), 'model_not_found', []],
  ['a field at fault', call({ readFields: () => ({ inputs: 5 }) }), 'invalid_field', ['rate']],
  ['an unknown field', call({ readFields: () => ({ inputs: 'x', input: 'y' }) }), 'unknown_field', ['rate']],
])('%s is refused before anything is admitted, and counted', async (_, one, code, verbs) => {
  const { path, log, done } = makePath();
  await expect(collect(infer(one, path))).rejects.toMatchObject({ code });
  expect(log).toEqual(verbs);
  expect(codeOf(done)).toEqual([code]);
});

test('who is over the rate is refused before the fields are looked at', async () => {
  const limitModel = () => Promise.reject(new TaskwireError('rate_limited'));
  const { path, log } = makePath();
  await expect(collect(infer(call({ readFields: () => ({}), limitModel }), path))).rejects.toMatchObject({
    code: 'rate_limited',
  });
  expect(log).toEqual([]);
});

test('who cannot pay is not run', async () => {
  const admit = () => Promise.reject(new TaskwireError('insufficient_credits'));
  const { path, log } = makePath({ admission: { admit } });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'insufficient_credits' });
  expect(log).toEqual(['rate']);
});

test('a failed request is settled as failed, once', async () => {
  const { path, log, done } = makePath({
    async *run() {
      yield { type: 'accepted' };
      throw new TaskwireError('runner_failed');
    },
  });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'runner_failed' });
  expect(log.filter((line) => line.startsWith('settle'))).toEqual(['settle failed 0']);
  expect(codeOf(done)).toEqual(['runner_failed']);
});

test('a correction that cannot be afforded ends the run and is settled as failed', async () => {
  let ended = false;
  const { path, log } = makePath({
    ticket: {
      trueUp() {
        throw new TaskwireError('insufficient_credits');
      },
    },
    async *run(job) {
      try {
        yield* answerAll(job);
      } finally {
        ended = true;
      }
    },
  });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'insufficient_credits' });
  expect(ended).toBe(true);
  expect(log.at(-1)).toBe('settle failed 0');
});

test('a client that left pays for what was done until then', async () => {
  const { path, log, done } = makePath({
    async *run(job) {
      addUsage(job.progress.usage, { deviceMicros: 33 });
      yield { type: 'accepted' };
      throw new TaskwireError('client_closed');
    },
  });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'client_closed' });
  expect(log.at(-1)).toBe('settle cancelled 33');
  expect(codeOf(done)).toEqual(['client_closed']);
});

test('a reader that stops reading ends the run, settled as cancelled', async () => {
  const { path, log, done } = makePath();
  for await (const reply of infer(call(), path)) if (reply.type === 'result') break;
  expect(log.at(-1)).toBe('settle cancelled 5');
  expect(codeOf(done)).toEqual(['cancelled']);
});

test('a fault of ours is settled as failed and counted as internal', async () => {
  const { path, log, done } = makePath({
    run() {
      throw new Error('a bug');
    },
  });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'internal' });
  expect(log.at(-1)).toBe('settle failed 0');
  expect(codeOf(done)).toEqual(['internal']);
});

/** Says nothing more once it has begun, until nobody waits for it. */
async function* untilOver({ signal, progress }: Job, begun = false): AsyncGenerator<Event, void, void> {
  yield { type: 'accepted' };
  progress.hasBegun = begun;
  addUsage(progress.usage, { deviceMicros: 33 });
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  throw new Error('whatever an engine says then');
}

test.each<[string, Partial<Call>, number]>([
  ['a request', {}, 60_000],
  ['a stream by its route', { streamRoute: true }, 600_000],
  ['a stream by its fields', { readFields: () => ({ inputs: 'x', stream: true }) }, 600_000],
  ['a request that says so', { timeoutMs: 1234 }, 1234],
])('%s has its time, and no more', async (_what, change, ms) => {
  const { path, clock } = makePath({ run: (job) => untilOver(job) });
  const ended = collect(infer(call(change), path)).catch(({ code }) => code as string);
  await clock.advance(ms - 1);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(await ended).toBe('deadline_exceeded');
  expect(clock.pending).toBe(0);
});

test.each([
  ['costs nothing', false, 'settle failed 33'],
  ['is paid as far as it was told', true, 'settle cancelled 33'],
])('a stream whose time is up %s', async (_what, begun, settled) => {
  const { path, clock, log, done } = makePath({ run: (job) => untilOver(job, begun) });
  const ended = collect(infer(call({ streamRoute: true }), path)).catch(({ code }) => code as string);
  await clock.advance(600_000);
  expect(await ended).toBe('deadline_exceeded');
  expect(log.at(-1)).toBe(settled);
  expect(done).toMatchObject([{ outcome: { code: 'deadline_exceeded' }, isPaid: begun }]);
});

test('time runs while a request waits to be admitted', async () => {
  const admit: Admission['admit'] = (_caller, _estimate, signal) =>
    new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new Error('gone'))));
  const { path, clock, done } = makePath({ admission: { admit } });
  const ended = collect(infer(call({ timeoutMs: 100 }), path)).catch(({ code }) => code as string);
  await clock.advance(100);
  expect(await ended).toBe('deadline_exceeded');
  expect(codeOf(done)).toEqual(['deadline_exceeded']);
});

test('what cannot be booked is no answer, and is counted as what it is', async () => {
  const { path, done } = makePath({
    ticket: { settle: () => Promise.reject(new Error('the disk is full')) },
  });
  await expect(collect(infer(call(), path))).rejects.toMatchObject({ code: 'internal' });
  expect(done).toMatchObject([{ outcome: { code: 'internal' }, isPaid: false }]);
});

test('the first reply says what was admitted, before anything runs', async () => {
  const { path, log } = makePath();
  const replies = infer(call({ streamRoute: true }), path);
  const { value } = await replies.next();
  expect(value).toMatchObject({ type: 'admitted', streaming: true, request: { stream: true } });
  expect(log).toEqual(['rate', 'admit 8']);
  await replies.return();
  expect(log).toEqual(['rate', 'admit 8', 'settle cancelled 0']);
});
