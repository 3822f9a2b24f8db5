/** Callers as `authenticate` yields them. */
import type { Caller, Payer } from '../../src/admission/admission.js';
import { planNamed, readPlans, shippedPlans } from '../../src/admission/plans.js';

export const testPlans = readPlans(shippedPlans);

/** Of an account that pays for itself; unlimited unless the plan or the billing says otherwise. */
export const testCaller = (account = 'acct_1', keyId = 'key_1', payer: Partial<Payer> = {}): Caller => ({
  account,
  name: account,
  role: 'user',
  team: undefined,
  inferenceEnabled: true,
  keyId,
  credential: 'key',
  expires: false,
  scopes: {},
  requestsPerMinute: undefined,
  payer: { id: account, plan: planNamed(testPlans, 'enterprise'), billing: 'quota', seats: 1, ...payer },
  caps: [],
});
