/** Plans are data: plans.json, or the file that `TASKWIRE_PLANS` names. What a plan leaves out is not limited. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Of who signs up, or is made without a word about it. */
export const newAccountPlan = 'free';

const count = z.int().min(1).optional();

const planShape = z.strictObject({
  /** Absent: agreed with each customer. */
  price_usd_per_month: z.number().min(0).optional(),
  /** The price and the monthly credit are for each member of a team. */
  per_seat: z.boolean().default(false),
  /** Members of a team at most, invited ones counted. */
  seats: count,
  /** Whose the limits are: each account's, or those of a team together. */
  scope: z.enum(['account', 'team']).default('account'),
  requests_per_minute: count,
  /** Further limits by the name of a task or a model. */
  requests_per_minute_of: z.record(z.string(), z.int().min(1)).default({}),
  gpu_hours_per_month: z.number().min(0).optional(),
  /** Requests in flight. */
  concurrency: count,
  /** Higher goes first. */
  priority: z.int().default(0),
  /** Of two accounts of one priority, who has twice the weight gets twice the device time. */
  weight: z.number().positive().default(1),
  max_tokens: count,
  max_inputs: count,
  max_media_bytes: count,
  max_audio_seconds: count,
  /** Runners of their own, as far as the machine has room (`TASKWIRE_DEDICATED_RUNNERS`): for all models, or for these. */
  dedicated_runners: z.union([z.boolean(), z.array(z.string().min(1)).min(1)]).default(false),
  /** Credit given at the beginning of each month. */
  grant_usd_per_month: z.number().min(0).default(0),
  /** The plan that refusals point at. */
  next: z.string().optional(),
});

const plansShape = z
  .record(z.string().regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and hyphens'), planShape)
  .check(({ value: plans, issues }) => {
    for (const [name, { next }] of Object.entries(plans))
      if (next !== undefined && !Object.hasOwn(plans, next))
        issues.push({ code: 'custom', input: next, path: [name, 'next'], message: 'names no plan' });
  });

export interface Plan {
  readonly name: string;
  readonly priceMicroUsdPerMonth: number | undefined;
  readonly perSeat: boolean;
  readonly seats: number | undefined;
  readonly scope: 'account' | 'team';
  readonly requestsPerMinute: number | undefined;
  readonly requestsPerMinuteOf: Readonly<Record<string, number>>;
  readonly deviceMicrosPerMonth: number | undefined;
  readonly concurrency: number | undefined;
  readonly priority: number;
  readonly weight: number;
  readonly maxTokens: number | undefined;
  readonly maxInputs: number | undefined;
  readonly maxMediaBytes: number | undefined;
  readonly maxAudioSeconds: number | undefined;
  readonly dedicatedRunners: boolean | readonly string[];
  readonly grantMicroUsdPerMonth: number;
  readonly next: string | undefined;
}

export type Plans = ReadonlyMap<string, Plan>;

const microsPerHour = 3_600e6;
const microUsd = (usd: number): number => Math.round(usd * 1e6);

const planOf = (name: string, shape: z.output<typeof planShape>): Plan => ({
  name,
  priceMicroUsdPerMonth:
    shape.price_usd_per_month === undefined ? undefined : microUsd(shape.price_usd_per_month),
  perSeat: shape.per_seat,
  seats: shape.seats,
  scope: shape.scope,
  requestsPerMinute: shape.requests_per_minute,
  requestsPerMinuteOf: shape.requests_per_minute_of,
  deviceMicrosPerMonth:
    shape.gpu_hours_per_month === undefined
      ? undefined
      : Math.round(shape.gpu_hours_per_month * microsPerHour),
  concurrency: shape.concurrency,
  priority: shape.priority,
  weight: shape.weight,
  maxTokens: shape.max_tokens,
  maxInputs: shape.max_inputs,
  maxMediaBytes: shape.max_media_bytes,
  maxAudioSeconds: shape.max_audio_seconds,
  dedicatedRunners: shape.dedicated_runners,
  grantMicroUsdPerMonth: microUsd(shape.grant_usd_per_month),
  next: shape.next,
});

const readJson = (file: string | URL): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`Plans that cannot be read (${file}): ${(cause as Error).message}`, { cause });
  }
};

/** Throws one plain `Error` that names the file, and every field at fault. */
export const readPlans = (file: string | URL): Plans => {
  const parsed = plansShape.safeParse(readJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`Plans that cannot be used (${file}):\n  ${problems.join('\n  ')}`);
  }
  return new Map(Object.entries(parsed.data).map(([name, shape]) => [name, planOf(name, shape)]));
};

/** The plans that come with the service: from `dist/src/admission/` up to the checkout. */
export const shippedPlans = new URL('../../../src/admission/plans.json', import.meta.url);

/** The owner's. */
export const unlimited: Plan = planOf('enterprise', planShape.parse({}));

export const planNamed = (plans: Plans, name: string): Plan => {
  const plan = plans.get(name);
  if (!plan) throw new Error(`There is no plan ${name}; there are ${[...plans.keys()].join(', ')}.`);
  return plan;
};
