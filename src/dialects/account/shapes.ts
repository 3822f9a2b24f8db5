/** What the account's routes and the commands tell alike, and shapes that several routes share, as they stand on the wire. */
import { z } from 'zod';
import type { Plans } from '../../admission/plans.js';
import { priceUsdPerMonth } from '../../admission/seats.js';
import { passwordCharacters } from '../../identity/password.js';
import type { Account } from '../../store/accounts.js';
import type { KeyRecord } from '../../store/keys.js';
import type { Team } from '../../store/teams.js';
import type { UsageSum } from '../../store/usage.js';

export const timeOf = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | undefined): string | null => (at === undefined ? null : timeOf(at));

const time = z.iso.datetime();

export const accountShape = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(['user', 'admin']),
  plan: z.string(),
  billing: z.enum(['quota', 'credit']),
  inference_enabled: z.boolean(),
  created_at: time,
  deactivated_at: time.nullable(),
});

export const renderAccount = (account: Account): z.input<typeof accountShape> => ({
  id: account.id,
  name: account.name,
  email: account.email ?? null,
  role: account.role,
  plan: account.plan,
  billing: account.billing,
  inference_enabled: account.inferenceEnabled,
  created_at: timeOf(account.createdAt),
  deactivated_at: timeOrNull(account.deactivatedAt),
});

export const scopesShape = z.object({
  tasks: z.array(z.string()).max(50).optional().describe('Absent: all tasks.'),
  models: z.array(z.string().min(1)).max(500).optional().describe('Ids without a suffix; absent: all.'),
});

export const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: scopesShape.nullable(),
  requests_per_minute: z.int().nullable(),
  monthly_spend_limit: z.number().nullable().describe('US dollars.'),
  signs_tokens: z.boolean(),
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
  revoked_at: time.nullable(),
});

export const madeKeyShape = keyShape.extend({ key: z.string().describe('Shown this once.') });

export const renderKey = (key: KeyRecord): z.input<typeof keyShape> => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes:
    key.tasks || key.models
      ? {
          ...(key.tasks ? { tasks: [...key.tasks] } : {}),
          ...(key.models ? { models: [...key.models] } : {}),
        }
      : null,
  requests_per_minute: key.requestsPerMinute ?? null,
  monthly_spend_limit: key.monthlySpendMicroUsd === undefined ? null : key.monthlySpendMicroUsd / 1e6,
  signs_tokens: key.signsTokens,
  created_at: timeOf(key.createdAt),
  expires_at: timeOrNull(key.expiresAt),
  last_used_at: timeOrNull(key.lastUsedAt),
  revoked_at: timeOrNull(key.revokedAt),
});

/** What requests used: of one, or summed up. */
export const usedShape = {
  input_tokens: z.int(),
  output_tokens: z.int(),
  images: z.int(),
  audio_seconds: z.number(),
  gpu_seconds: z.number(),
  cost_micro_usd: z.int(),
  cost: z.number().describe('US dollars.'),
};

export const sumShape = z.object({
  day: z.string().describe('UTC.'),
  model: z.string(),
  requests: z.int(),
  ...usedShape,
});

export const renderSum = (sum: UsageSum): z.input<typeof sumShape> => ({
  day: sum.day,
  model: sum.model,
  requests: sum.requests,
  input_tokens: sum.inputTokens,
  output_tokens: sum.outputTokens,
  images: sum.images,
  audio_seconds: sum.audioMs / 1000,
  gpu_seconds: sum.deviceMicros / 1e6,
  cost_micro_usd: sum.costMicroUsd,
  cost: sum.costMicroUsd / 1e6,
});

export const price = z
  .number()
  .nullable()
  .describe('US dollars, of all seats where the plan is by seat; null: agreed with each customer.');

export const teamShape = z.object({
  id: z.string(),
  name: z.string(),
  plan: z.string(),
  billing: z.enum(['quota', 'credit']),
  seats: z.int().describe('Members whose account is active.'),
  seats_limit: z.int().nullable(),
  open_invites: z.int().describe('Each keeps a seat.'),
  price_usd_per_month: price,
  created_at: time,
  members: z.array(
    z.object({
      account: z.string(),
      name: z.string(),
      role: z.enum(['owner', 'member']),
      joined_at: time,
      active: z.boolean(),
    }),
  ),
});

/** A plan that is not there any more has neither limit nor price. */
export const renderTeam = (team: Team, plans: Plans): z.input<typeof teamShape> => {
  const { id, name, plan, billing, createdAt, members, seats } = team;
  return {
    id,
    name,
    plan,
    billing,
    seats: seats.members,
    seats_limit: plans.get(plan)?.seats ?? null,
    open_invites: seats.invited,
    price_usd_per_month: priceUsdPerMonth(plans.get(plan), seats.members),
    created_at: timeOf(createdAt),
    members: members.map(({ joinedAt, ...member }) => ({ ...member, joined_at: timeOf(joinedAt) })),
  };
};

export const listOf = <S extends z.ZodType>(shape: S) => z.object({ data: z.array(shape) });
export const pageOf = <S extends z.ZodType>(shape: S) =>
  z.object({ data: z.array(shape), next_cursor: z.string().nullable() });

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ error: 'an e-mail address' }));
export const password = z.string().min(passwordCharacters.least).max(passwordCharacters.most);
export const billing = z.enum(['quota', 'credit']);
export const inviteShape = z.object({ code: z.string(), expires_at: time });
