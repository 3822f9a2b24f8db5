/** What every database must keep of requests under an `Idempotency-Key`. */
import type { IdempotencyClaim } from '../../src/store/idempotency.js';
import { noon } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';

const claimOf = (change: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  account: 'acct_1',
  key: 'k',
  fingerprint: 'f',
  claim: 'try_1',
  now: noon,
  until: noon + 1_000,
  ...change,
});

describeStores('idempotency keys', ({ newUrl, open }) => {
  test('of many tries at once, at two processes, one is first; all others hear that it runs', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    const states = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        stores[i % 2]!.idempotency.begin(claimOf({ claim: `try_${i}` })).then(({ state }) => state),
      ),
    );
    expect(states.filter((state) => state === 'first')).toHaveLength(1);
    expect(states.filter((state) => state === 'running')).toHaveLength(39);
  });

  test('an answer is kept for the same request, and for no other', async () => {
    const { idempotency } = await open(await newUrl());
    await idempotency.begin(claimOf());
    await idempotency.keep({ ...claimOf(), answer: 'kept', until: noon + 5_000 });
    const ask = async (change: Partial<IdempotencyClaim>) =>
      idempotency.begin(claimOf({ claim: 'try_2', ...change }));
    expect(await ask({ now: noon + 4_999 })).toEqual({ state: 'done', kept: 'kept' });
    expect(await ask({ fingerprint: 'other' })).toEqual({ state: 'mismatch' });
    expect(await ask({ account: 'acct_2' })).toEqual({ state: 'first' });
    expect(await ask({ key: 'other' })).toEqual({ state: 'first' });
  });

  test('an answer whose time has passed is forgotten, and the key may be used for anything', async () => {
    const { idempotency } = await open(await newUrl());
    await idempotency.begin(claimOf());
    await idempotency.keep({ ...claimOf(), answer: 'kept', until: noon + 5_000 });
    expect(await idempotency.forget(noon + 4_999)).toBe(0);
    const later = claimOf({ fingerprint: 'other', claim: 'try_2', now: noon + 5_000, until: noon + 6_000 });
    expect(await idempotency.begin(later)).toEqual({ state: 'first' });
    expect(await idempotency.forget(noon + 6_000)).toBe(1);
  });

  test('who extends the claim of an answer that is kept changes nothing', async () => {
    const { idempotency } = await open(await newUrl());
    await idempotency.begin(claimOf());
    await idempotency.keep({ ...claimOf(), answer: 'kept', until: noon + 5_000 });
    await idempotency.extend({ ...claimOf(), until: noon + 2_000 });
    const again = claimOf({ claim: 'try_2', now: noon + 4_999 });
    expect(await idempotency.begin(again)).toEqual({ state: 'done', kept: 'kept' });
  });

  test('who has died is replaced, and what it says later counts no more', async () => {
    const { idempotency } = await open(await newUrl());
    await idempotency.begin(claimOf());
    await idempotency.extend({ ...claimOf(), until: noon + 3_000 });
    const again = claimOf({ claim: 'try_2', now: noon + 2_999, until: noon + 9_000 });
    expect(await idempotency.begin(again)).toEqual({ state: 'running' });
    expect(await idempotency.begin({ ...again, now: noon + 3_000 })).toEqual({ state: 'first' });
    await idempotency.keep({ ...claimOf(), answer: 'too late', until: noon + 9_000 });
    await idempotency.free(claimOf());
    expect(await idempotency.begin(claimOf({ claim: 'try_3', now: noon + 3_001 }))).toEqual({
      state: 'running',
    });
  });

  test('a key that is freed may be used for another request; an answer that is kept stays', async () => {
    const { idempotency } = await open(await newUrl());
    await idempotency.begin(claimOf());
    await idempotency.free(claimOf());
    const other = claimOf({ fingerprint: 'other', claim: 'try_2' });
    expect(await idempotency.begin(other)).toEqual({ state: 'first' });
    await idempotency.keep({ ...other, answer: 'kept', until: noon + 5_000 });
    await idempotency.free(other);
    expect(await idempotency.begin(other)).toEqual({ state: 'done', kept: 'kept' });
  });
});
