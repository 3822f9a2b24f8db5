/** What the payer has, and what came in and went out. */
import { z } from 'zod';
import type { Payer } from '../../admission/admission.js';
import { monthEndsAt, monthOf } from '../../admission/month.js';
import { quotaOf, quotaWarning } from '../../admission/quota.js';
import { priceUsdPerMonth } from '../../admission/seats.js';
import type { Store } from '../../store/store.js';
import { pageLinks } from './links.js';
import { known, route } from './route.js';
import { pageOf, price, timeOf } from './shapes.js';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional().describe("Another answer's `next_cursor`."),
});

const creditsShape = z.object({
  balance_micro_usd: z.int(),
  balance: z.number().describe('US dollars.'),
  held_micro_usd: z.int().describe('Claimed by requests in flight.'),
  currency: z.literal('USD'),
  billing: z.enum(['quota', 'credit']),
  plan: z.string(),
  seats: z.int().describe('Members that the plan is paid for; 1 where it is not by seat.'),
  price_usd_per_month: price,
  gpu_seconds: z.object({
    used: z.number(),
    limit: z.number().nullable(),
    resets_at: z.iso.datetime(),
    warning: z.literal([80, 100]).nullable().describe('So many percent are used.'),
  }),
});

export const creditsOf = async (store: Store, payer: Payer): Promise<z.input<typeof creditsShape>> => {
  const { id, plan, billing, seats } = payer;
  const now = Date.now();
  const { balanceMicroUsd, heldMicroUsd } = await store.ledger.balance(id);
  const { used } = await store.meters.state({ subject: id, period: monthOf(now), unit: 'device_us' });
  const quota = quotaOf(payer);
  return {
    balance_micro_usd: balanceMicroUsd,
    balance: balanceMicroUsd / 1e6,
    held_micro_usd: heldMicroUsd,
    currency: 'USD',
    billing,
    plan: plan.name,
    seats,
    price_usd_per_month: priceUsdPerMonth(plan, seats),
    gpu_seconds: {
      used: used / 1e6,
      limit: quota === undefined ? null : quota / 1e6,
      resets_at: timeOf(monthEndsAt(now)),
      warning: quotaWarning(used, quota) ?? null,
    },
  };
};

const credits = route({
  method: 'get',
  path: '/credits',
  summary: 'The balance, and what is left of the month.',
  access: 'reader',
  response: creditsShape,
  run: async (asked, { store }) => creditsOf(store, known(asked).payer),
});

const transactions = route({
  method: 'get',
  path: '/credits/transactions',
  summary: 'What was added to the balance and taken from it, newest first.',
  access: 'reader',
  request: pageQuery,
  response: pageOf(
    z.object({
      id: z.string(),
      created_at: z.iso.datetime(),
      type: z.enum(['deposit', 'grant', 'charge', 'refund']),
      amount_micro_usd: z.int().describe('Negative: taken.'),
      amount: z.number().describe('US dollars.'),
      note: z.string(),
    }),
  ),
  links: pageLinks('/credits/transactions'),
  async run(asked, { store }) {
    const { limit, cursor } = asked.request;
    const page = await store.ledger.transactions(known(asked).payer.id, limit, cursor);
    return {
      data: page.data.map(({ id, at, kind, amountMicroUsd, note }) => ({
        id,
        created_at: timeOf(at),
        type: kind,
        amount_micro_usd: amountMicroUsd,
        amount: amountMicroUsd / 1e6,
        note,
      })),
      next_cursor: page.nextCursor ?? null,
    };
  },
});

export const creditRoutes = [credits, transactions];
