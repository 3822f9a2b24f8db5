/** What a serving process does for the store beside its requests. */
import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { startUpkeep, type UpkeepOptions } from '../../src/admission/upkeep.js';
import type { Store } from '../../src/store/store.js';
import { chargeOf, claimOf, deposit } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';
import { until } from '../helpers/until.js';

const quick = { beatMs: 20, leaseMs: 4_000 };

const upkeepOn = (store: Store, options: Partial<UpkeepOptions> = {}) =>
  startUpkeep({
    store,
    holder: `serve_${randomUUID()}`,
    usageDays: 0,
    log: pino({ level: 'silent' }),
    ...quick,
    ...options,
  });

const heldBy = async (store: Store) => (await store.ledger.balance('acct_1')).heldMicroUsd;

/** Moves the date, and waits until these have shown a sign of life after that. */
const passTime = async (ms: number, ...stores: readonly Store[]): Promise<void> => {
  const now = Date.now() + ms;
  const signs = stores.map(({ holds }) => jest.spyOn(holds, 'keepAlive'));
  jest.spyOn(Date, 'now').mockReturnValue(now);
  await until(() =>
    signs.every(({ mock }) => mock.calls.some(([, aliveUntil]) => aliveUntil === now + quick.leaseMs)),
  );
  for (const { mock } of signs) await Promise.all(mock.results.map(({ value }) => value));
};
afterEach(() => {
  jest.restoreAllMocks();
});

describeStores('a process that serves', ({ newUrl, open }) => {
  test('keeps its holds while it lives, and loses them to another one when it does not', async () => {
    const url = await newUrl();
    const [dying, living] = [await open(url), await open(url)];
    await deposit(dying, 'acct_1', 100);
    const first = await upkeepOn(dying, { holder: 'first' });
    const second = await upkeepOn(living, { holder: 'second' });
    await dying.holds.take(claimOf('req_1', { holder: 'first', creditMicroUsd: 60 }));
    await living.holds.take(claimOf('req_2', { holder: 'second', creditMicroUsd: 30 }));
    for (let time = 0; time < 3; time++) await passTime(0.7 * quick.leaseMs, dying, living);
    expect(await heldBy(living)).toBe(90);
    await dying.close(); // its signs of life come to nothing from here on
    await passTime(0.7 * quick.leaseMs, living);
    expect(first.isWell).toBe(true);
    await passTime(0.7 * quick.leaseMs, living);
    await until(async () => (await heldBy(living)) === 30);
    expect([first.isWell, second.isWell]).toEqual([false, true]);
    await first.stop().catch(() => {});
    await second.stop();
  });

  test('that ends in good order leaves its name to nobody', async () => {
    const store = await open(await newUrl());
    const upkeep = await upkeepOn(store, { holder: 'first' });
    await deposit(store, 'acct_1', 100);
    await store.holds.take(claimOf('req_1', { holder: 'first', creditMicroUsd: 60 }));
    await store.holds.releaseLost(Date.now());
    expect(await heldBy(store)).toBe(60);
    await upkeep.stop();
    await store.holds.releaseLost(Date.now());
    expect(await heldBy(store)).toBe(0);
  });

  test('forgets rows that are older than it was told', async () => {
    const store = await open(await newUrl());
    const now = Date.now();
    await store.holds.settle(chargeOf('old', 0, { at: now - 31 * 86_400_000 }));
    await store.holds.settle(chargeOf('new', 0, { at: now - 29 * 86_400_000 }));
    const forgetful = await upkeepOn(store, { usageDays: 30 });
    const rows = async () => (await store.usage.page({}, 9, undefined)).data.map((row) => row.request_id);
    await until(async () => (await rows()).length < 2);
    expect(await rows()).toEqual(['new']);
    await forgetful.stop();
  });
});
