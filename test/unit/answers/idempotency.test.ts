import { pino } from 'pino';
import { Idempotency } from '../../../src/answers/idempotency.js';
import { openStore } from '../../../src/store/open.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const request = (fingerprint = 'f') => ({
  ...{ account: 'a', key: 'k', fingerprint },
  ...{ signal: new AbortController().signal, waitMs: 0 },
});

/** Claims and answers in a store of their own; its time is the clock's. */
const makeKeys = async () => {
  const clock = new FakeClock();
  const store = await openStore(`sqlite:${temporaryFolder()}/books.sqlite`);
  const log = pino({ level: 'silent' });
  const keys = new Idempotency({ store, clock, log, now: () => clock.now() });
  const first = async () => {
    const turn = await keys.take(request());
    if (turn.state !== 'first') throw new Error('somebody else is first');
    return turn;
  };
  return { clock, store, keys, first };
};

test('an answer that its reader takes a while to read is kept for the whole day', async () => {
  const { clock, store, keys, first } = await makeKeys();
  const turn = await first();
  await turn.keep({ answer: 42 });
  await clock.advance(15_000);
  await turn.free();
  await clock.advance(86_400_000 - 15_001);
  expect(await keys.take(request())).toEqual({ state: 'done', answer: { answer: 42 } });
  await store.close();
});

test('a claim is extended while its request runs, and no longer than until its answer is kept', async () => {
  const { clock, store, keys, first } = await makeKeys();
  const turn = await first();
  // In steps, for the store to come along.
  for (let step = 0; step < 12; step++) {
    await clock.advance(10_000);
    await expect(keys.take(request())).rejects.toMatchObject({ code: 'deadline_exceeded' });
  }
  await turn.keep('an answer');
  expect(clock.pending).toBe(0);
  await turn.free();
  await store.close();
});
