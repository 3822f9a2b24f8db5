import { setImmediate } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { FromRunner } from '../../../src/engine/protocol.js';
import { TaskwireError } from '../../../src/errors.js';
import { GenerateWorker } from '../../../src/runner/generate-worker.js';
import type { GeneratePipeline, GenerateTask } from '../../../src/runner/pipeline.js';

// Faults of ours are written to the runner's stderr, where the engine reads its last words.
beforeAll(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));

/** Counts up to its input, a word and seven microseconds a step; stops where the signal fires. */
const counting = async ({ input, signal, measured, delta, bill }: GenerateTask) => {
  if (input === 'bad') throw new TaskwireError('context_too_long');
  if (input === 'odd') throw new Error('a fault of ours');
  measured({ inputTokens: 1 });
  let steps = 0;
  while (steps < Number(input) && !signal.aborted) {
    bill(7);
    delta(++steps);
    await setImmediate();
  }
  return { value: steps, usage: { outputTokens: steps } };
};

const makeWorker = () => {
  const sent: FromRunner[] = [];
  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots: 4,
    generate: counting,
    warmupInput: () => ({ input: 1, params: {}, scope: '' }),
  };
  const worker = new GenerateWorker({
    pipeline,
    busyMicros: () => 99,
    send: (message) => sent.push(message),
  });
  const outcomeOf = (id: number) =>
    sent
      .flatMap((message) => (message.type === 'outcomes' ? message.outcomes : []))
      .find((one) => one.id === id);
  return { worker, sent, outcomeOf };
};

const item = (id: number, input: unknown) => ({ id, input, params: {}, scope: '', priority: 0 });

test('an input is measured, tells its pieces in order and ends with its own bill', async () => {
  const { worker, sent, outcomeOf } = makeWorker();
  await worker.execute([item(5, 3)]);
  expect(sent.map((message) => message.type)).toEqual(['measured', 'delta', 'delta', 'delta', 'outcomes']);
  expect(sent.flatMap((message) => (message.type === 'delta' ? [message.delta] : []))).toEqual([1, 2, 3]);
  expect(outcomeOf(5)).toEqual({ id: 5, ok: true, value: 3, usage: { outputTokens: 3, deviceMicros: 21 } });
});

test('a long input tells once a second of device time what it has used', async () => {
  const sent: FromRunner[] = [];
  const generate = async ({ bill }: GenerateTask) => {
    for (let step = 0; step < 9; step++) bill(300_000);
    return { value: 'done', usage: {} };
  };
  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots: 4,
    generate,
    warmupInput: () => ({ input: 1, params: {}, scope: '' }),
  };
  const worker = new GenerateWorker({ pipeline, busyMicros: () => 0, send: (message) => sent.push(message) });
  await worker.execute([item(5, 1)]);
  expect(sent.flatMap((message) => (message.type === 'used' ? [message] : []))).toEqual([
    { type: 'used', id: 5, deviceMicros: 1_200_000 },
    { type: 'used', id: 5, deviceMicros: 2_400_000 },
  ]);
});

test('inputs make progress side by side', async () => {
  const { worker, sent } = makeWorker();
  await worker.execute([item(1, 3), item(2, 3)]);
  const order = sent.flatMap((message) => (message.type === 'delta' ? [message.id] : []));
  expect(order).toEqual([1, 2, 1, 2, 1, 2]);
});

test('a cancelled input ends with what was made until then, billed; its neighbour goes on', async () => {
  const { worker, sent, outcomeOf } = makeWorker();
  const done = worker.execute([item(1, 1e9), item(2, 20)]);
  while (sent.filter((message) => message.type === 'delta' && message.id === 1).length < 5)
    await setImmediate();
  worker.cancel([1]);
  await done;
  const cancelled = outcomeOf(1);
  expect(cancelled).toMatchObject({ ok: true, value: 5, usage: { outputTokens: 5, deviceMicros: 35 } });
  expect(outcomeOf(2)).toMatchObject({ ok: true, value: 20 });
});

test('a failure is said in our codes and costs nothing; cancelling the unknown does nothing', async () => {
  const { worker, outcomeOf } = makeWorker();
  worker.cancel([77]);
  await worker.execute([item(1, 'bad'), item(2, 'odd')]);
  expect(outcomeOf(1)).toMatchObject({ ok: false, error: { code: 'context_too_long' }, usage: {} });
  expect(outcomeOf(2)).toMatchObject({ ok: false, error: { code: 'internal' }, usage: {} });
});
