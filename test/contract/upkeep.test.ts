/** What a serving process does for the store beside its requests. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { startUpkeep, type UpkeepOptions } from '../../src/admission/upkeep.js';
import type { Store } from '../../src/store/store.js';
import { chargeOf, claimOf, deposit } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';
import { until } from '../helpers/until.js';

/** Long enough that a busy machine misses no lease. */
const quick = { beatMs: 50, leaseMs: 4_000 };

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

describeStores('a process that serves', ({ newUrl, open }) => {
  test('keeps its holds while it lives, and loses them to another one when it does not', async () => {
    const url = await newUrl();
    const [dying, living] = [await open(url), await open(url)];
    await deposit(dying, 'acct_1', 100);
    const first = await upkeepOn(dying, { holder: 'first' });
    const second = await upkeepOn(living, { holder: 'second' });
    await dying.holds.take(claimOf('req_1', { holder: 'first', creditMicroUsd: 60 }));
    await living.holds.take(claimOf('req_2', { holder: 'second', creditMicroUsd: 30 }));
    const heldAt = Date.now();
    await until(() => Date.now() > heldAt + quick.leaseMs + 500);
    expect(await heldBy(living)).toBe(90);
    await dying.close(); // its signs of life come to nothing from here on
    await until(async () => (await heldBy(living)) === 30);
    expect(second.isWell).toBe(true);
    await until(() => !first.isWell);
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
