/** What a caller is told who may not go on: what was needed, what is there, which plan has more. */
import { TaskwireError } from '../errors.js';
import type { Taken } from '../store/holds.js';
import type { Payer } from './admission.js';
import { monthEndsAt } from './month.js';
import type { Plan } from './plans.js';

const microsPerHour = 3_600e6;

const asUsd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(6)}`;

const hours = (micros: number): string => `${+(micros / microsPerHour).toFixed(6)} GPU-hours`;

/** A sentence on the next plan, with what it has of the thing that was short. */
export const nextPlan = (plan: Plan, what?: string): string =>
  plan.next === undefined ? '' : ` The plan ${plan.next} has ${what ?? 'more'}.`;

interface Refused {
  readonly payer: Payer;
  readonly costMicroUsd: number;
  readonly at: number;
}

export const refusal = (lack: Extract<Taken, { taken: false }>, { payer, costMicroUsd, at }: Refused) => {
  const needed = `This request may cost up to ${asUsd(costMicroUsd)}`;
  if (lack.lacks === 'credit') {
    const there = Math.max(0, lack.availableMicroUsd);
    return new TaskwireError('insufficient_credits', {
      message: `${needed}; ${asUsd(there)} of credit is there that no other request has claimed.`,
    });
  }
  const { unit, amount, limit = 0 } = lack.lacks;
  const { used, reserved } = lack.state;
  if (unit === 'micro_usd') {
    const left = asUsd(Math.max(0, limit - used - reserved));
    return new TaskwireError('insufficient_credits', {
      message: `${needed}; of the key's spending limit of ${asUsd(limit)}, ${left} is left.`,
    });
  }
  const endsAt = monthEndsAt(at);
  const until = new Date(endsAt).toISOString();
  return new TaskwireError('gpu_quota_exceeded', {
    message: `The month's ${hours(limit)} of the plan ${payer.plan.name} do not suffice: ${hours(used)} are used, requests in flight have reserved ${hours(reserved)}, and this one should take some ${hours(amount)}; they begin again at ${until}.${nextPlan(payer.plan)}`,
    retryAfterSeconds: Math.max(1, Math.ceil((endsAt - at) / 1000)),
  });
};
