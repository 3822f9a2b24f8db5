/** What every database must keep of quotas and spending limits. */
import type { UsageFilter } from '../../src/store/usage.js';
import { chargeOf, claimOf, deposit, deviceTime, noon, rowOf, spending } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';

const settlementOf = (id: string, device_us: number, meters = [deviceTime(0, undefined)]) => ({
  row: rowOf(id, { device_us }),
  held: true,
  charged: false,
  meters,
});

describeStores('quotas', ({ newUrl, open }) => {
  const openOne = async () => open(await newUrl());

  test('device time is reserved, and counted by what was measured', async () => {
    const store = await openOne();
    const meter = deviceTime(600, 1_000);
    await store.holds.take(claimOf('req_1', { meters: [meter] }));
    await store.holds.keepAlive('serve_1', noon);
    expect(await store.meters.state(meter)).toEqual({ used: 0, reserved: 600 });
    expect(await store.holds.settle(settlementOf('req_1', 250))).toEqual({ costMicroUsd: 0, used: [250] });
    expect(await store.meters.state(meter)).toEqual({ used: 250, reserved: 0 });
    expect(await store.meters.state({ ...meter, period: '2026-12' })).toEqual({ used: 0, reserved: 0 });
  });

  test('reservations of two processes at once never exceed the limit', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        stores[i % 2]!.holds.take(claimOf(`req_${i}`, { meters: [deviceTime(100, 1_000)] })),
      ),
    );
    expect(answers.filter(({ taken }) => taken)).toHaveLength(10);
    expect(answers.find(({ taken }) => !taken)).toMatchObject({
      lacks: deviceTime(100, 1_000),
      state: { used: 0 },
    });
  });

  test('the first request of a month runs however long it is guessed to be, no other beside it', async () => {
    const store = await openOne();
    const take = (id: string, amount: number) =>
      store.holds.take(claimOf(id, { meters: [deviceTime(amount, 1_000)] }));
    expect(await take('req_1', 5_000)).toEqual({ taken: true });
    const state = { used: 0, reserved: 5_000 };
    expect(await take('req_2', 1)).toEqual({ taken: false, lacks: deviceTime(1, 1_000), state });
    await store.holds.settle(settlementOf('req_1', 0));
    expect((await take('req_3', 5_000)).taken).toBe(true);
    await store.holds.settle(settlementOf('req_3', 300));
    expect((await take('req_4', 701)).taken).toBe(false);
    expect((await take('req_4', 700)).taken).toBe(true);
    const none = { ...deviceTime(1, 0), subject: 'acct_2' };
    expect((await store.holds.take(claimOf('req_5', { meters: [none] }))).taken).toBe(false);
  });

  test('a spending limit is never exceeded, and counts what was charged', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 1_000);
    const take = (id: string, amount: number) =>
      store.holds.take(claimOf(id, { creditMicroUsd: amount, meters: [spending(amount, 100)] }));
    expect((await take('req_1', 101)).taken).toBe(false);
    expect((await take('req_1', 60)).taken).toBe(true);
    expect((await take('req_2', 41)).taken).toBe(false);
    const settled = await store.holds.settle({ ...chargeOf('req_1', 55), meters: [spending(0, 100)] });
    expect(settled).toEqual({ costMicroUsd: 55, used: [55] });
    expect((await take('req_2', 45)).taken).toBe(true);
  });

  test('a claim that is refused leaves nothing behind', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 10);
    const claim = claimOf('req_1', { creditMicroUsd: 9, meters: [deviceTime(5, 100), spending(9, 8)] });
    expect(await store.holds.take(claim)).toMatchObject({ taken: false, lacks: spending(9, 8) });
    await store.holds.keepAlive('serve_1', noon);
    for (const meter of claim.meters)
      expect(await store.meters.state(meter)).toEqual({ used: 0, reserved: 0 });
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 10, heldMicroUsd: 0 });
    expect((await store.holds.take({ ...claim, creditMicroUsd: 10, meters: [] })).taken).toBe(true);
  });

  test('a lost hold gives its reservations back', async () => {
    const store = await openOne();
    await store.holds.take(claimOf('req_1', { meters: [deviceTime(600, 1_000), spending(5, 100)] }));
    expect(await store.holds.releaseLost(noon)).toBe(1);
    for (const meter of [deviceTime(0, 0), spending(0, 0)])
      expect(await store.meters.state(meter)).toEqual({ used: 0, reserved: 0 });
  });
});

describeStores('usage rows', ({ newUrl, open }) => {
  const filled = async () => {
    const store = await open(await newUrl());
    const day = 86_400_000;
    const rows = [
      rowOf('req_a', { at: noon - day, cost_micro_usd: 5, device_us: 2 ** 40, model: 'test/b' }),
      rowOf('req_b', { at: noon, task: 'weigh', status: 'internal', device_us: 0 }),
      rowOf('req_c', { at: noon, key_id: 'key_2', device_us: 2 ** 40 }),
      rowOf('req_d', { at: noon, account: 'acct_2', payer: 'team_1', device_us: 1, cost_micro_usd: 9 }),
    ];
    for (const row of rows) await store.holds.settle({ row, held: false, charged: false, meters: [] });
    return { store, rows };
  };

  test('come newest first, page by page, each once', async () => {
    const { store, rows } = await filled();
    const seen = [];
    let cursor: string | undefined;
    do {
      const page = await store.usage.page({}, 1, cursor);
      seen.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(rows.toReversed());
    await expect(store.usage.page({}, 1, 'nonsense')).rejects.toMatchObject({
      code: 'invalid_field',
      param: 'cursor',
    });
  });

  test('are filtered by each column, and by all of them', async () => {
    const { store } = await filled();
    const cases: ReadonlyArray<readonly [UsageFilter, string]> = [
      [{ account: 'acct_2' }, 'req_d'],
      [{ payer: 'team_1' }, 'req_d'],
      [{ model: 'test/b' }, 'req_a'],
      [{ keyId: 'key_2' }, 'req_c'],
      [{ task: 'weigh' }, 'req_b'],
      [{ status: 'internal' }, 'req_b'],
      [{ to: noon }, 'req_a'],
      [{ from: noon, account: 'acct_1', status: 'succeeded' }, 'req_c'],
    ];
    for (const [filter, id] of cases) {
      const { data } = await store.usage.page(filter, 10, undefined);
      expect([filter, ...data.map(({ request_id }) => request_id)]).toEqual([filter, id]);
    }
  });

  test('add up by day and model', async () => {
    const { store } = await filled();
    const none = { images: 0, audioMs: 0, outputTokens: 0 };
    expect(await store.usage.summary({})).toEqual([
      {
        day: '2026-11-21',
        model: 'test/echo',
        requests: 3,
        inputTokens: 9,
        deviceMicros: 2 ** 40 + 1,
        costMicroUsd: 9,
        ...none,
      },
      {
        day: '2026-11-20',
        model: 'test/b',
        requests: 1,
        inputTokens: 3,
        deviceMicros: 2 ** 40,
        costMicroUsd: 5,
        ...none,
      },
    ]);
    expect(await store.usage.summary({ account: 'acct_3' })).toEqual([]);
  });

  test('are forgotten when they are old, some at a time', async () => {
    const { store } = await filled();
    expect(await store.usage.forget(noon + 1, 3)).toBe(3);
    expect(await store.usage.forget(noon + 1, 3)).toBe(1);
    expect((await store.usage.page({}, 10, undefined)).data).toEqual([]);
  });
});
