import { Concurrency } from '../../../src/admission/concurrency.js';
import { TaskwireError } from '../../../src/errors.js';
import { testCaller } from '../../helpers/caller.js';
import { FakeClock, settle } from '../../helpers/fake-clock.js';

const payerOf = (concurrency: number | undefined, id = 'acct_1') => {
  const { payer } = testCaller(id);
  return { ...payer, plan: { ...payer.plan, name: 'tiny', next: 'free', concurrency } };
};

const setUp = () => {
  const clock = new FakeClock();
  const concurrency = new Concurrency(clock);
  const begun: string[] = [];
  const enter = async (name: string, payer = payerOf(2), signal?: AbortSignal) => {
    const leave = await concurrency.enter(payer, signal);
    begun.push(name);
    return leave;
  };
  return { clock, begun, enter };
};

test('as many requests as the plan says run at once, the others in the order they came', async () => {
  const { begun, enter } = setUp();
  const leaves = ['a', 'b', 'c', 'd'].map((name) => enter(name));
  await settle();
  expect(begun).toEqual(['a', 'b']);
  (await leaves[1]!)();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  (await leaves[0]!)();
  (await leaves[2]!)();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  (await leaves[3]!)();
  await Promise.all(['e', 'f'].map((name) => enter(name)));
});

test('payers do not wait for each other, and without a limit nobody waits', async () => {
  const { begun, enter } = setUp();
  await Promise.all([enter('a', payerOf(1)), enter('b', payerOf(1, 'acct_2'))]);
  await Promise.all([enter('c', payerOf(undefined, 'x')), enter('d', payerOf(undefined, 'x'))]);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('who has left while waiting takes no turn', async () => {
  const { begun, enter } = setUp();
  const leave = await enter('a', payerOf(1));
  const leaving = new AbortController();
  const left = enter('left', payerOf(1), leaving.signal);
  const next = enter('next', payerOf(1));
  leaving.abort(new TaskwireError('client_closed'));
  await expect(left).rejects.toMatchObject({ code: 'client_closed' });
  leave();
  await next;
  expect(begun).toEqual(['a', 'next']);
});

test('who has waited for a minute is refused, and told of the next plan', async () => {
  const { clock, begun, enter } = setUp();
  const leave = await enter('a', payerOf(1));
  const late = enter('late', payerOf(1));
  const refused = expect(late).rejects.toMatchObject({
    code: 'queue_full',
    message: expect.stringMatching(/plan tiny runs 1 .* The plan free has more./),
  });
  await clock.advance(60_000);
  await refused;
  leave();
  await enter('b', payerOf(1));
  expect(begun).toEqual(['a', 'b']);
  expect(clock.pending).toBe(0);
});

test('more than a thousand do not wait', async () => {
  const { enter } = setUp();
  await enter('a', payerOf(1));
  for (let i = 0; i < 1_000; i++) void enter('waiting', payerOf(1)).catch(() => {});
  await expect(enter('one too many', payerOf(1))).rejects.toMatchObject({ code: 'queue_full' });
});
