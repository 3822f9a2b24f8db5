/** What is counted against which rate; the counting itself is done in `http/rate-limit.ts`. */
import type { Resolved } from '../catalogue/catalogue.js';
import { TaskwireError } from '../errors.js';
import type { Caller } from './admission.js';
import type { Plans } from './plans.js';

/** Its names stand in the headers. */
export type RateName = 'account' | 'key' | 'model';

export interface Rate {
  /** What is counted together. */
  readonly key: string;
  readonly perMinute: number;
}

export const rateWindowMs = 60_000;

export const accountRate = ({ payer: { id, plan } }: Caller): Rate | undefined =>
  plan.requestsPerMinute === undefined ? undefined : { key: id, perMinute: plan.requestsPerMinute };

export const keyRate = ({ keyId, requestsPerMinute }: Caller): Rate | undefined =>
  requestsPerMinute === undefined ? undefined : { key: keyId, perMinute: requestsPerMinute };

/** The plan limits a model by its id, or all of a task together by the task's name. */
export const modelRate = ({ payer: { id, plan } }: Caller, { entry }: Resolved): Rate | undefined => {
  const name = [entry.id, entry.task.name].find((one) => Object.hasOwn(plan.requestsPerMinuteOf, one));
  return name === undefined
    ? undefined
    : { key: `${id} ${name}`, perMinute: plan.requestsPerMinuteOf[name]! };
};

const whose: Readonly<Record<RateName, string>> = {
  account: 'of this account',
  key: 'with this key',
  model: 'to this model',
};

interface Exceeded {
  readonly name: RateName;
  readonly perMinute: number;
  readonly plan: Caller['payer']['plan'];
  readonly plans: Plans;
  readonly leftMs: number;
}

export const rateLimited = ({ name, perMinute, plan, plans, leftMs }: Exceeded): TaskwireError => {
  const next = name === 'account' && plan.next !== undefined ? plans.get(plan.next) : undefined;
  const more = next?.requestsPerMinute === undefined ? 'more' : `${next.requestsPerMinute} a minute`;
  return new TaskwireError('rate_limited', {
    message:
      `More than ${perMinute} requests a minute ${whose[name]} (plan ${plan.name}); the minute ends in ` +
      `${(leftMs / 1000).toFixed(1)} s.${next ? ` The plan ${next.name} has ${more}.` : ''}`,
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
  });
};
