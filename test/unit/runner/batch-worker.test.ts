import { jest } from '@jest/globals';
import type { Outcome } from '../../../src/engine/protocol.js';
import { TaskwireError } from '../../../src/errors.js';
import { BatchWorker } from '../../../src/runner/batch-worker.js';
import type { BatchPipeline, Row } from '../../../src/runner/pipeline.js';
import { Turns } from '../../../src/runner/turns.js';
import { settle } from '../../helpers/fake-clock.js';

// Faults of ours are written to the runner's stderr, where the engine reads its last words.
beforeAll(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));

interface TextRow extends Row {
  readonly text: string;
}

/** Upper-cases an input word by word; each run takes a microsecond a letter. */
const makeWorker = (change: Partial<BatchPipeline<TextRow, string>> = {}, streams = 1) => {
  const runs: string[][] = [];
  const outcomes: Outcome[] = [];
  let busyMicros = 0;
  const pipeline: BatchPipeline<TextRow, string> = {
    kind: 'batch',
    limits: { maxPaddedCost: 1e6, maxRows: 4, maxWaste: 10 },
    async prepare(input) {
      if (input === 'bad') throw new TaskwireError('invalid_field', { param: 'inputs' });
      if (input === 'odd') throw new Error('a fault of ours');
      const rows = String(input).split(' ');
      return {
        rows: rows.map((text) => ({ text, size: text.length })),
        usage: { inputTokens: rows.length },
        finish: (outputs) => outputs.join(' '),
      };
    },
    async run(rows) {
      runs.push(rows.map(({ text }) => text));
      await settle();
      const micros = rows.reduce((sum, { size }) => sum + size, 0);
      busyMicros += micros;
      return { outputs: rows.map(({ text }) => text.toUpperCase()), micros };
    },
    warmupInput: () => ({ input: '', params: {}, scope: '' }),
    ...change,
  };
  const worker = new BatchWorker({
    pipeline: pipeline as unknown as BatchPipeline,
    streams,
    answer: (some) => void outcomes.push(...some),
  });
  const byId = (id: number) => outcomes.filter((one) => one.id === id);
  return { worker, runs, outcomes, byId, busy: () => busyMicros };
};

const item = (id: number, input: unknown) => ({ id, input, params: {}, scope: '', priority: 0 });
const codeOf = (outcome: Outcome | undefined) =>
  outcome?.ok === false ? outcome.error.code : outcome?.value;

test('every input gets its own answer, whatever batches its rows ran in', async () => {
  const { worker, byId, runs } = makeWorker();
  await worker.execute([item(1, 'a bb ccc dddd eeeee'), item(2, 'x'), item(3, 'yy zz')]);
  expect([1, 2, 3].map((id) => byId(id).map(codeOf))).toEqual([['A BB CCC DDDD EEEEE'], ['X'], ['YY ZZ']]);
  expect(runs.every((rows) => rows.length <= 4)).toBe(true);
});

test('device time is split over the inputs to the microsecond', async () => {
  const { worker, outcomes, busy } = makeWorker();
  await worker.execute([item(1, 'a bb ccc'), item(2, 'dddd'), item(3, 'e')]);
  const shares = outcomes.map(({ usage }) => usage.deviceMicros ?? 0);
  expect(shares.reduce((a, b) => a + b)).toBe(busy());
  expect(outcomes.find(({ id }) => id === 2)?.usage).toEqual({ inputTokens: 1, deviceMicros: 4 });
});

test('an input at fault is refused and touches no other', async () => {
  const { worker, byId } = makeWorker();
  await worker.execute([item(1, 'bad'), item(2, 'good'), item(3, 'odd')]);
  expect([1, 2, 3].map((id) => byId(id).map(codeOf))).toEqual([['invalid_field'], ['GOOD'], ['internal']]);
});

test('a run that fails fails its inputs once each, and the worker goes on', async () => {
  let failing = true;
  const { worker, byId } = makeWorker({
    async run(rows) {
      if (failing) throw new Error('out of device memory');
      return { outputs: rows.map(({ text }) => text), micros: 1 };
    },
  });
  await worker.execute([item(1, 'a bb ccc dddd eeeee ffffff'), item(2, 'x')]);
  expect([1, 2].map((id) => byId(id).map(codeOf))).toEqual([['internal'], ['internal']]);
  failing = false;
  await worker.execute([item(3, 'again')]);
  expect(byId(3).map(codeOf)).toEqual(['again']);
});

test('an answer that cannot be made fails its input alone', async () => {
  const { worker, byId } = makeWorker({
    prepare: async (input) => ({
      rows: [{ text: String(input), size: 1 }],
      usage: {},
      finish([output]) {
        if (output === 'BROKEN') throw new TaskwireError('invalid_field', { param: 'dimensions' });
        return output;
      },
    }),
  });
  await worker.execute([item(1, 'broken'), item(2, 'fine')]);
  expect([1, 2].map((id) => byId(id).map(codeOf))).toEqual([['invalid_field'], ['FINE']]);
});

test('an input cancelled before its turn is said to be so once and never computed, all its rows', async () => {
  const { worker, byId, runs } = makeWorker();
  const done = worker.execute([item(2, 'some more words than one batch has'), item(3, 'last')]);
  worker.cancel([2]);
  await done;
  expect(byId(2).map(codeOf)).toEqual(['client_closed']);
  expect(runs).toEqual([['last']]);
});

test('a cancellation that comes after the answer is not remembered', async () => {
  const { worker, byId } = makeWorker();
  await worker.execute([item(1, 'first')]);
  worker.cancel([1, 2]);
  // Nothing else shows whether an id is still kept.
  await worker.execute([item(1, 'again'), item(2, 'other')]);
  expect([1, 2].map((id) => byId(id).map(codeOf))).toEqual([['FIRST', 'AGAIN'], ['OTHER']]);
});

test('an input cancelled between its runs is not computed further', async () => {
  const { worker, byId, runs } = makeWorker();
  const done = worker.execute([item(1, 'aaaaaa bbbbb cccc ddd ee f gg hh ii'), item(2, 'other')]);
  await settle();
  expect(runs).toHaveLength(1);
  worker.cancel([1]);
  await done;
  expect(byId(1).map(codeOf)).toEqual(['client_closed']);
  expect(byId(2).map(codeOf)).toEqual(['OTHER']);
  expect(runs.slice(1).flat()).toEqual(
    runs
      .slice(1)
      .flat()
      .filter((text) => text === 'other'),
  );
});

test('a message that goes first is run before those that wait for the device', async () => {
  const turns = new Turns(1);
  const ran: string[] = [];
  const { worker } = makeWorker({
    run: (rows) =>
      turns.take(async () => {
        ran.push(rows.map(({ text }) => text).join(' '));
        await settle();
        return { outputs: rows.map(({ text }) => text), micros: 1 };
      }),
  });
  const all = [worker.execute([item(1, 'computing')]), worker.execute([item(2, 'waiting')])];
  await Promise.resolve();
  all.push(worker.execute([item(3, 'first')], true));
  await Promise.all(all);
  expect(ran).toEqual(['computing', 'first', 'waiting']);
});
