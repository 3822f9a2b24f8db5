/** What a request has reserved is corrected while it runs, on real databases. */
import type { Estimate } from '../../src/admission/admission.js';
import { pricesShape } from '../../src/metering/price.js';
import type { Store } from '../../src/store/store.js';
import { admissionOn, ended, estimateOf, measured, onCredit, onPlan } from '../helpers/admission.js';
import { deposit } from '../helpers/books.js';
import { testCaller } from '../helpers/caller.js';
import { describeStores } from '../helpers/databases.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { until } from '../helpers/until.js';

/** 1,000 micro-dollars a second of sound. */
const bySecond = pricesShape.parse({ usd_per_audio_minute: 0.06 });
const sound = (id: string, audioSeconds: number) => estimateOf(id, bySecond, { audioSeconds });

/** Taken to be so large before anything was counted. */
const sized = (id: string, size: number): Estimate => ({ ...estimateOf(id), size });
const used = (deviceMicros: number) => ({ type: 'used', deviceMicros }) as const;
const told = { type: 'delta', index: 0, delta: 'once' } as const;
const meter = { subject: 'acct_1', period: '2026-11', unit: 'device_us' } as const;
const failed = { outcome: 'failed', status: 'gpu_quota_exceeded' } as const;

const held = async (store: Store) => (await store.ledger.balance('acct_1')).heldMicroUsd;
/** Reads see what is committed, which is a few milliseconds behind. */
const comesToHold = (store: Store, microUsd: number) => until(async () => (await held(store)) === microUsd);
const comesToReserve = (store: Store, micros: number) =>
  until(async () => (await store.meters.state(meter)).reserved === micros);

/** Counts the corrections that reach the store. */
const counting = (store: Store) => {
  const counted = { corrections: 0 };
  const adjust: Store['holds']['adjust'] = (...args) => {
    counted.corrections++;
    return store.holds.adjust(...args);
  };
  return { counted, store: { ...store, holds: { ...store.holds, adjust } } };
};

/** An admission that has learned that 10 tokens, or 10 units of size, take a millisecond. */
const experienced = async (store: Store) => {
  const clock = new FakeClock();
  const watched = counting(store);
  const admission = admissionOn(watched.store, { clock });
  const first = await admission.admit(testCaller('other'), sized('req_0', 10));
  void first.trueUp(measured({ inputTokens: 10 }));
  await first.settle(ended({ inputTokens: 10, deviceMicros: 1_000 }));
  return { admission, clock, counted: watched.counted };
};

describeStores('a reservation', ({ newUrl, open }) => {
  const openOne = async () => open(await newUrl());

  test('of too much credit is given back while the request runs, and others get in', async () => {
    const store = await openOne();
    const clock = new FakeClock();
    await deposit(store, 'acct_1', 10_000);
    const admission = admissionOn(store, { clock });
    const ticket = await admission.admit(onCredit(), sound('req_1', 8));
    expect(ticket.trueUp(measured({ audioSeconds: 2 }))).toBeUndefined();
    await expect(admission.admit(onCredit(), sound('req_2', 5))).rejects.toThrow('$0.002000 of credit');
    await clock.advance(1_000);
    await comesToHold(store, 2_000);
    const other = await admission.admit(onCredit(), sound('req_3', 5));
    await ticket.settle(ended({ audioSeconds: 2 }));
    await other.settle(ended({ audioSeconds: 5 }));
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 3_000, heldMicroUsd: 0 });
  });

  test('of too little credit is refused before the client was told anything, and costs nothing', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 10_000);
    const ticket = await admissionOn(store).admit(onCredit(), sound('req_1', 1));
    await expect(ticket.trueUp(measured({ audioSeconds: 11 }))).rejects.toMatchObject({
      code: 'insufficient_credits',
      message: expect.stringMatching(/\$0\.011000.*\$0\.010000/),
    });
    await ticket.settle(ended({}, { outcome: 'failed', status: 'insufficient_credits' }));
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 10_000, heldMicroUsd: 0 });
  });

  test('of too little credit is raised as far as that goes once something was told', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 10_000);
    const ticket = await admissionOn(store).admit(onCredit(), sound('req_1', 1));
    expect(ticket.trueUp(told)).toBeUndefined();
    expect(ticket.trueUp(measured({ audioSeconds: 11 }))).toBeUndefined();
    await comesToHold(store, 10_000);
    const { costMicroUsd } = await ticket.settle(ended({ audioSeconds: 11 }));
    expect(costMicroUsd).toBe(10_000);
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 0, heldMicroUsd: 0 });
    expect(await store.ledger.audit()).toEqual([]);
  });

  test('of device time follows the tokens that the runner has counted', async () => {
    const store = await openOne();
    const { admission, clock } = await experienced(store);
    const caller = onPlan({ name: 'tiny', deviceMicrosPerMonth: 10_000 });
    const ticket = await admission.admit(caller, sized('req_1', 80)); // 8 ms
    await expect(admission.admit(caller, sized('req_2', 30))).rejects.toMatchObject({
      code: 'gpu_quota_exceeded',
    });
    void ticket.trueUp(measured({ inputTokens: 20 })); // 2 ms
    await clock.advance(1_000);
    await comesToReserve(store, 2_000);
    const other = await admission.admit(caller, sized('req_3', 30));
    // Fifty times as many tokens as characters were thought of.
    await expect(other.trueUp(measured({ inputTokens: 90 }))).rejects.toMatchObject({
      code: 'gpu_quota_exceeded',
    });
    await other.settle(ended({ deviceMicros: 500 }, failed));
    await ticket.settle(ended({ inputTokens: 20, deviceMicros: 2_100 }));
    expect(await store.meters.state(meter)).toEqual({ used: 2_100, reserved: 0 });
  });

  test('of device time grows with what is used, beyond the quota too; then only others are refused', async () => {
    const store = await openOne();
    const { admission } = await experienced(store);
    const caller = onPlan({ name: 'tiny', deviceMicrosPerMonth: 10_000 });
    const ticket = await admission.admit(caller, sized('req_1', 20)); // 2 ms
    expect(ticket.trueUp(told)).toBeUndefined();
    expect(ticket.trueUp(used(9_000))).toBeUndefined();
    await comesToReserve(store, 9_000);
    await expect(admission.admit(caller, sized('req_2', 20))).rejects.toMatchObject({
      code: 'gpu_quota_exceeded',
    });
    expect(ticket.trueUp(used(12_000))).toBeUndefined();
    await comesToReserve(store, 12_000);
    expect(await ticket.settle(ended({ deviceMicros: 12_500 }))).toMatchObject({ quotaWarning: 100 });
    expect(await store.meters.state(meter)).toEqual({ used: 12_500, reserved: 0 });
  });

  test('that nobody waits for is written before the request is settled', async () => {
    const store = await openOne();
    const { admission } = await experienced(store);
    const caller = onPlan({ deviceMicrosPerMonth: 1e9 });
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const ticket = await admission.admit(caller, sized(`req_${i + 1}`, 20));
        for (const micros of [3_000, 4_000, 5_000]) void ticket.trueUp(used(micros));
        await ticket.settle(ended({ deviceMicros: 6_000 }));
      }),
    );
    expect(await store.meters.state(meter)).toEqual({ used: 50 * 6_000, reserved: 0 });
  });

  test('is left alone when the guess was near, the request ends within a second, or nothing limits it', async () => {
    const store = await openOne();
    const { admission, clock, counted } = await experienced(store);
    const caller = onPlan({ deviceMicrosPerMonth: 1e9 });
    const near = await admission.admit(caller, sized('req_1', 100));
    void near.trueUp(measured({ inputTokens: 70 }));
    await clock.advance(2_000);
    await near.settle(ended({ inputTokens: 70, deviceMicros: 9_000 }));
    const short = await admission.admit(caller, sized('req_2', 100));
    void short.trueUp(measured({ inputTokens: 10 }));
    await clock.advance(900);
    await short.settle(ended({ inputTokens: 10, deviceMicros: 900 }));
    await clock.advance(2_000);
    const unlimited = await admission.admit(onPlan({}), sized('req_3', 1));
    void unlimited.trueUp(used(5_000_000));
    await unlimited.settle(ended({ deviceMicros: 5_000_000 }));
    expect(counted.corrections).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
