/** Admission with defaults, for tests of what it holds and books. */
import { pino } from 'pino';
import type { Ending, Estimate, Payer } from '../../src/admission/admission.js';
import { type MeteredOptions, meteredAdmission } from '../../src/admission/metered.js';
import { type Plan, unlimited } from '../../src/admission/plans.js';
import type { Usage } from '../../src/job.js';
import { type Prices, pricesShape } from '../../src/metering/price.js';
import type { Store } from '../../src/store/store.js';
import { noon } from './books.js';
import { testCaller } from './caller.js';

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  images: 0,
  audioSeconds: 0,
  deviceMicros: 0,
};
export const perImage = (usd: number) => pricesShape.parse({ usd_per_image: usd });

export const estimateOf = (
  requestId: string,
  prices?: Prices,
  ceiling: Partial<Usage> = { images: 1 },
): Estimate => ({
  requestId,
  task: 'weigh',
  model: { id: 'test/scale', folder: '', dtype: 'fp32', pipelineUrl: '', options: {}, prices },
  inputs: 1,
  size: 1,
  mediaBytes: 10,
  ceiling: { ...noUsage, ...ceiling },
});

export const ended = (usage: Partial<Usage>, ending: Partial<Ending> = {}): Ending => ({
  outcome: 'succeeded',
  status: 'succeeded',
  usage: { ...noUsage, images: 1, deviceMicros: 250, ...usage },
  queueMs: 1.5,
  computeMs: 2,
  totalMs: 4,
  ...ending,
});

export const admissionOn = (store: Store, options: Partial<MeteredOptions> = {}) =>
  meteredAdmission({
    store,
    authenticate: () => Promise.reject(new Error('not asked')),
    log: pino({ level: 'silent' }),
    now: () => noon,
    ...options,
  });

export const onCredit = (payer: Partial<Payer> = {}) =>
  testCaller('acct_1', 'key_1', { billing: 'credit', ...payer });
export const onPlan = (plan: Partial<Plan>) =>
  testCaller('acct_1', 'key_1', { plan: { ...unlimited, ...plan } });

export const measured = (usage: Partial<Usage>) => ({ type: 'measured', index: 0, usage }) as const;
