/** Deposits paid through Stripe: its webhook for checkouts that were completed. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { TaskwireError } from '../../errors.js';
import { bodyError } from '../../http/body.js';
import { methodNotAllowed } from '../../http/error-handler.js';
import type { Accounts } from '../../identity/accounts.js';

export interface StripeOptions {
  /** The endpoint's signing secret. */
  readonly secret: string;
  readonly accounts: Pick<Accounts, 'grant'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** How old a signature may be: an old message said again is refused. */
const toleranceMs = 5 * 60_000;
const maxEventBytes = 2 ** 20;
const microUsdPerCent = 10_000;

/** Paid at once, or later by a way of payment that takes its time; both name the same session. */
const paidEvents = ['checkout.session.completed', 'checkout.session.async_payment_succeeded'];

const checkout = z.object({
  id: z.string(),
  payment_status: z.string(),
  currency: z.string().nullable(),
  amount_total: z.int().nullable(),
  total_details: z.object({ amount_tax: z.int().min(0) }).nullish(),
  client_reference_id: z.string().nullish(),
});

const stripeEvent = z.object({ type: z.string(), data: z.object({ object: z.unknown() }) });

/**
 * Whether Stripe wrote this: scheme v1 of its `Stripe-Signature` header, HMAC-SHA256 over `<t>.<body>`
 * (docs.stripe.com/webhooks). While a secret is being replaced, the header has several.
 */
const isSigned = (body: Buffer, header: string, secret: string, now: number): boolean => {
  const parts = header.split(',').map((part) => part.trim().split('='));
  const at = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(at) || Math.abs(now - Number(at) * 1000) > toleranceMs) return false;
  const expected = createHmac('sha256', secret).update(`${at}.`).update(body).digest();
  return parts.some(
    ([name, value = '']) =>
      name === 'v1' && /^[0-9a-f]{64}$/.test(value) && timingSafeEqual(Buffer.from(value, 'hex'), expected),
  );
};

/** As it came: it is signed byte by byte. */
const readRaw = express.raw({ limit: maxEventBytes, type: () => true });
const readEvent: RequestHandler = (req, res, next) =>
  readRaw(req, res, (error) => next(error && bodyError(error, 'application/json', maxEventBytes)));

/** Mounted at `/v1/webhooks/stripe`. What can't be booked is refused, so that it shows at Stripe, which sends it again. */
export const stripeRoutes = ({ secret, accounts, now = Date.now }: StripeOptions): Router => {
  const receive: RequestHandler = async (req, res) => {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (!isSigned(body, req.get('stripe-signature') ?? '', secret, now()))
      throw new TaskwireError('invalid_key', { message: 'The Stripe-Signature header does not fit.' });
    const event = parsed(stripeEvent, JSON.parse(body.toString()), 'body');
    res.json({ received: true, booked: paidEvents.includes(event.type) && (await book(event.data.object)) });
  };
  /** False when nothing was paid yet, or this payment is in the books. */
  const book = async (object: unknown): Promise<boolean> => {
    const session = parsed(checkout, object, 'data.object');
    if (session.payment_status !== 'paid') return false;
    const { client_reference_id: account, currency, amount_total: total } = session;
    if (!account) throw unfit('client_reference_id', account, "an account's id or name");
    if (currency !== 'usd') throw unfit('currency', currency, 'usd');
    const cents = (total ?? 0) - (session.total_details?.amount_tax ?? 0);
    if (cents <= 0) throw unfit('amount_total', total, 'more than the tax in it');
    const amountMicroUsd = cents * microUsdPerCent;
    return accounts.grant({ account, amountMicroUsd, note: 'Stripe', id: session.id }, 'stripe');
  };
  const router = Router();
  router.post('/', readEvent, receive);
  router.all('/', methodNotAllowed('POST'));
  return router;
};

const unfit = (param: string, got: unknown, allowed: string): TaskwireError =>
  new TaskwireError('invalid_field', { param: `data.object.${param}`, got: String(got), allowed });

const parsed = <S extends z.ZodType>(schema: S, value: unknown, param: string): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TaskwireError('invalid_field', { param, message: 'This is no event of Stripe that is known.' });
};
