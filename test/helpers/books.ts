/** Claims, settlements and usage rows with defaults, for tests of the store. */
import { monthOf } from '../../src/admission/month.js';
import type { Claim, Settlement } from '../../src/store/holds.js';
import type { MeterClaim } from '../../src/store/meters.js';
import type { UsageRow } from '../../src/store/money-tables.js';
import type { Store } from '../../src/store/store.js';

export const noon = Date.UTC(2026, 10, 21, 12);

export const deposit = (store: Store, payer: string, amountMicroUsd: number, id = `deposit:${payer}`) =>
  store.ledger.deposit({ id, payer, kind: 'deposit', amountMicroUsd, at: noon, note: '' });

export const claimOf = (requestId: string, claim: Partial<Claim> = {}): Claim => ({
  requestId,
  payer: 'acct_1',
  holder: 'serve_1',
  at: noon,
  creditMicroUsd: 0,
  meters: [],
  ...claim,
});

export const rowOf = (request_id: string, row: Partial<UsageRow> = {}): UsageRow => ({
  request_id,
  at: noon,
  account: 'acct_1',
  payer: 'acct_1',
  key_id: 'key_1',
  model: 'test/echo',
  task: 'echo',
  input_tokens: 3,
  output_tokens: 0,
  images: 0,
  audio_ms: 0,
  device_us: 250,
  cost_micro_usd: 0,
  queue_us: 1,
  compute_us: 2,
  total_us: 3,
  status: 'succeeded',
  cached: 0,
  ...row,
});

/** A settlement that is paid from the balance. */
export const chargeOf = (requestId: string, cost: number, rest: Partial<UsageRow> = {}): Settlement => ({
  row: rowOf(requestId, { cost_micro_usd: cost, ...rest }),
  held: true,
  charged: true,
  meters: [],
});

/** A subject's device time in the months of a test: the one that it began in, and this one. */
export const deviceTimeSince = async (store: Store, subject: string, startedAt: number) => {
  const sum = { used: 0, reserved: 0 };
  for (const period of new Set([startedAt, Date.now()].map(monthOf))) {
    const { used, reserved } = await store.meters.state({ subject, period, unit: 'device_us' });
    sum.used += used;
    sum.reserved += reserved;
  }
  return sum;
};

export const deviceTime = (amount: number, limit: number | undefined): MeterClaim => ({
  subject: 'acct_1',
  period: '2026-11',
  unit: 'device_us',
  amount,
  limit,
});

export const spending = (amount: number, limit: number): MeterClaim => ({
  subject: 'key:1',
  period: '2026-11',
  unit: 'micro_usd',
  amount,
  limit,
});
