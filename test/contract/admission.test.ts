/** Admission on real databases: what is held, charged, refused and warned of. */
import type { Caller, Ending, SpendCap } from '../../src/admission/admission.js';
import { planNamed, unlimited } from '../../src/admission/plans.js';
import type { Prices } from '../../src/metering/price.js';
import {
  admissionOn,
  ended,
  estimateOf,
  measured,
  noUsage,
  onCredit,
  onPlan,
  perImage,
} from '../helpers/admission.js';
import { deposit, noon } from '../helpers/books.js';
import { testCaller, testPlans } from '../helpers/caller.js';
import { describeStores } from '../helpers/databases.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { until } from '../helpers/until.js';

/** How many of many requests at once got through, and what they were charged. */
const rush = async (admissions: ReturnType<typeof admissionOn>[], caller: Caller, prices?: Prices) => {
  const costs: number[] = [];
  const refusals = new Map<string, number>();
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      try {
        const ticket = await admissions[i % admissions.length]!.admit(caller, estimateOf(`req_${i}`, prices));
        costs.push((await ticket.settle(ended({}))).costMicroUsd);
      } catch (error) {
        const { code } = error as { code: string };
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
      }
    }),
  );
  return { costs, refusals };
};

describeStores('admission', ({ newUrl, open }) => {
  const openOne = async () => open(await newUrl());

  test('of 200 requests at once against credit for ten, two processes serve and charge exactly ten', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    await deposit(stores[0]!, 'acct_1', 10 * 2_000 + 1_999);
    const admissions = stores.map((store) => admissionOn(store));
    const { costs, refusals } = await rush(admissions, onCredit(), perImage(0.002));
    expect(costs).toEqual(Array(10).fill(2_000));
    expect(refusals).toEqual(new Map([['insufficient_credits', 190]]));
    expect(await stores[0]!.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 1_999, heldMicroUsd: 0 });
    expect((await stores[0]!.usage.page({}, 100, undefined)).data).toHaveLength(10);
  });

  test('of 200 requests at once against device time for ten, two processes serve exactly ten', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    const admissions = stores.map((store) => admissionOn(store));
    // Each learns from somebody else's request what one takes.
    for (const [i, admission] of admissions.entries())
      await (await admission.admit(testCaller('other'), estimateOf(`warm_${i}`))).settle(ended({}));
    const { costs, refusals } = await rush(admissions, onPlan({ name: 'tiny', deviceMicrosPerMonth: 2_700 }));
    expect(costs).toHaveLength(10);
    expect(refusals).toEqual(new Map([['gpu_quota_exceeded', 190]]));
    const meter = { subject: 'acct_1', period: '2026-11', unit: 'device_us' } as const;
    expect(await stores[0]!.meters.state(meter)).toEqual({ used: 2_500, reserved: 0 });
  });

  test('a row says whose request it was, what it used and how it ended', async () => {
    const store = await openOne();
    const ticket = await admissionOn(store).admit(
      testCaller('acct_1', 'key_1', { id: 'team_1' }),
      estimateOf('req_1', perImage(0.002)),
    );
    const bill = await ticket.settle(ended({ inputTokens: 3, outputTokens: 4, audioSeconds: 1.25 }));
    // Computed and shown, not charged.
    expect(bill).toEqual({ costMicroUsd: 2_000 });
    expect((await store.usage.page({}, 9, undefined)).data).toEqual([
      {
        request_id: 'req_1',
        at: noon,
        account: 'acct_1',
        payer: 'team_1',
        key_id: 'key_1',
        model: 'test/scale',
        task: 'weigh',
        input_tokens: 3,
        output_tokens: 4,
        images: 1,
        audio_ms: 1_250,
        device_us: 250,
        cost_micro_usd: 2_000,
        queue_us: 1_500,
        compute_us: 2_000,
        total_us: 4_000,
        status: 'succeeded',
        cached: 0,
      },
    ]);
    expect(await store.ledger.balance('team_1')).toEqual({ balanceMicroUsd: 0, heldMicroUsd: 0 });
  });

  test('what a store did not book is released once it can be written again, and charged where its reader had left', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 10_000);
    let isFull = true;
    const settle: typeof store.holds.settle = (settlement) =>
      isFull ? Promise.reject(new Error('database or disk is full')) : store.holds.settle(settlement);
    const clock = new FakeClock();
    const admission = admissionOn({ ...store, holds: { ...store.holds, settle } }, { clock });
    const [answered, left] = await Promise.all(
      ['req_1', 'req_2'].map((id) => admission.admit(onCredit(), estimateOf(id, perImage(0.002)))),
    );
    await expect(answered!.settle(ended({}))).rejects.toThrow('full');
    await left!.settle(ended({}, { outcome: 'cancelled', status: 'client_closed' }));
    await clock.advance(60_000);
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 10_000, heldMicroUsd: 4_000 });
    isFull = false;
    await clock.advance(60_000);
    await until(async () => (await store.ledger.balance('acct_1')).heldMicroUsd === 0);
    expect((await store.ledger.balance('acct_1')).balanceMicroUsd).toBe(8_000);
    const { data } = await store.usage.page({}, 9, undefined);
    const booked = data.map((row) => [row.request_id, row.status, row.cost_micro_usd, row.device_us]);
    expect(booked.sort()).toEqual([
      ['req_1', 'internal', 0, 0],
      ['req_2', 'client_closed', 2_000, 250],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('failures and cached answers cost nothing, what was cancelled costs what it used', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 10_000);
    const admission = admissionOn(store);
    const costOf = async (id: string, ending: Partial<Ending>) => {
      const ticket = await admission.admit(onCredit(), estimateOf(id, perImage(0.002)));
      return (await ticket.settle(ended({}, ending))).costMicroUsd;
    };
    expect(await costOf('req_1', { outcome: 'failed', status: 'internal' })).toBe(0);
    expect(await costOf('req_2', { outcome: 'cancelled', status: 'client_closed' })).toBe(2_000);
    expect(await costOf('req_3', { cached: true, usage: noUsage })).toBe(0);
    const { data } = await store.usage.page({}, 9, undefined);
    expect(data.map(({ status, device_us, cached }) => [status, device_us, cached])).toEqual([
      ['succeeded', 0, 1],
      ['client_closed', 250, 0],
      ['internal', 0, 0],
    ]);
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 8_000, heldMicroUsd: 0 });
  });

  test('a refusal for want of credit says what was needed and what is there', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 1_500);
    await expect(
      admissionOn(store).admit(onCredit(), estimateOf('req_1', perImage(0.002))),
    ).rejects.toMatchObject({
      code: 'insufficient_credits',
      message: expect.stringMatching(/\$0\.002000.*\$0\.001500/),
    });
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 1_500, heldMicroUsd: 0 });
  });

  test("a month's used device time is warned of at 80 and 100 percent, then refused until the month ends", async () => {
    const store = await openOne();
    const admission = admissionOn(store);
    const caller = onPlan({ name: 'free', deviceMicrosPerMonth: 1_000, next: 'pro' });
    const use = async (id: string, deviceMicros: number) =>
      (await admission.admit(caller, { ...estimateOf(id), size: deviceMicros })).settle(
        ended({ deviceMicros }),
      );
    expect(await use('req_1', 799)).toEqual({ costMicroUsd: 0 });
    expect(await use('req_2', 1)).toEqual({ costMicroUsd: 0, quotaWarning: 80 });
    expect(await use('req_3', 200)).toEqual({ costMicroUsd: 0, quotaWarning: 100 });
    await expect(use('req_4', 1)).rejects.toMatchObject({
      code: 'gpu_quota_exceeded',
      // From noon of the 21st to the end of November.
      retryAfterSeconds: (9 * 24 + 12) * 3600,
      message: expect.stringMatching(/plan free.*2026-12-01T00:00:00.*plan pro/),
    });
    const december = admissionOn(store, { now: () => Date.UTC(2026, 11, 1) });
    await (await december.admit(caller, estimateOf('req_5'))).settle(ended({}));
  });

  test('a turn ends with its request, also when that was refused or could not be booked', async () => {
    const store = await openOne();
    await deposit(store, 'acct_1', 2_000);
    const admission = admissionOn(store);
    const caller = onCredit({ plan: { ...unlimited, concurrency: 1 } });
    const admit = (id: string, usd: number) => admission.admit(caller, estimateOf(id, perImage(usd)));
    await expect(admit('req_1', 5)).rejects.toMatchObject({ code: 'insufficient_credits' });
    const ticket = await admit('req_2', 0.001);
    let isSecond = false;
    const second = admit('req_3', 0.001).then((next) => {
      isSecond = true;
      return next;
    });
    await store.holds.keepAlive('x', noon);
    expect(isSecond).toBe(false);
    await ticket.settle(ended({}));
    const next = await second;
    await store.close();
    await expect(next.settle(ended({}))).rejects.toThrow();
    // The turn is there; what fails is the store.
    await expect(admit('req_4', 0.001)).rejects.not.toMatchObject({ code: 'queue_full' });
  });

  test('the limit of device time does not bind who pays by credit', async () => {
    const store = await openOne();
    const caller = onCredit({ plan: { ...unlimited, deviceMicrosPerMonth: 1 } });
    const admission = admissionOn(store);
    for (const id of ['req_1', 'req_2'])
      await (await admission.admit(caller, estimateOf(id))).settle(ended({}));
  });

  test("a key's spending limit binds whoever pays", async () => {
    const store = await openOne();
    const cap: SpendCap = { subject: 'key:1', period: 'month', limitMicroUsd: 3_000 };
    const caller = { ...testCaller(), caps: [cap] };
    const admission = admissionOn(store);
    const admit = (id: string) => admission.admit(caller, estimateOf(id, perImage(0.002)));
    await (await admit('req_1')).settle(ended({}));
    await expect(admit('req_2')).rejects.toMatchObject({
      code: 'insufficient_credits',
      message: expect.stringMatching(/spending limit of \$0\.003000, \$0\.001000 is left/),
    });
  });

  test('the credit that a plan gives is booked once a month', async () => {
    const store = await openOne();
    const caller = onCredit({ plan: { ...unlimited, grantMicroUsdPerMonth: 5_000 } });
    for (const at of [noon, noon, Date.UTC(2026, 11, 1)]) {
      // Each a process of its own.
      const admission = admissionOn(store, { now: () => at });
      await Promise.all([1, 2].map((i) => admission.admit(caller, estimateOf(`req_${at}_${i}`))));
    }
    expect(await store.ledger.balance('acct_1')).toEqual({ balanceMicroUsd: 10_000, heldMicroUsd: 0 });
  });
});

describeStores('what a plan allows a request to be', ({ newUrl, open }) => {
  test.each([
    ['too_many_inputs', { maxInputs: 2 }, { inputs: 3 }],
    ['body_too_large', { maxMediaBytes: 9 }, {}],
    ['invalid_field', { maxTokens: 5 }, { ceiling: { ...noUsage, outputTokens: 6 } }],
  ])('%s is said of what goes beyond %j', async (code, plan, estimate) => {
    const admission = admissionOn(await open(await newUrl()));
    const admit = admission.admit(onPlan({ ...plan, name: 'free', next: 'pro' }), {
      ...estimateOf('req_1'),
      ...estimate,
    });
    await expect(admit).rejects.toMatchObject({
      code,
      message: expect.stringContaining('The plan pro has more.'),
    });
  });

  test('audio that turns out to be longer is refused then', async () => {
    const admission = admissionOn(await open(await newUrl()));
    const free = planNamed(testPlans, 'free');
    const ticket = await admission.admit(onPlan(free), estimateOf('req_1'));
    await ticket.trueUp(measured({ audioSeconds: 600 }));
    expect(() => ticket.trueUp(measured({ audioSeconds: 1 }))).toThrow('allows 600 seconds of audio');
  });
});
