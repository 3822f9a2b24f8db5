/** Signatures are made by Stripe's own library. */
import Stripe from 'stripe';
import { addAccount } from '../helpers/accounts.js';
import { type Served, serve } from '../helpers/serve.js';

const secret = 'whsec_a_secret_of_this_test';

let service: Served;
beforeAll(async () => {
  service = await serve({ env: { TASKWIRE_STRIPE_SECRET: secret } });
  await addAccount(service, 'buyer');
});
afterAll(() => service.close());

let sessions = 0;
const paid = (change: object = {}) => ({
  id: `cs_${++sessions}`,
  object: 'checkout.session',
  payment_status: 'paid',
  currency: 'usd',
  amount_total: 1000,
  total_details: { amount_tax: 0, amount_discount: 0 },
  client_reference_id: 'buyer',
  ...change,
});

const eventOf = (object: object, type = 'checkout.session.completed') =>
  JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });

interface Signing {
  readonly secret?: string;
  /** Unix time in seconds. */
  readonly timestamp?: number;
}

const signed = (payload: string, signing: Signing = {}): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, ...signing });

const send = async (payload: string, signature: string | undefined = signed(payload)) => {
  const answer = await fetch(`${service.url}/v1/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature ? { 'stripe-signature': signature } : {}) },
    body: payload,
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
};

const balance = async () => {
  const { store } = service.service;
  return (await store.ledger.balance((await store.accounts.payerOf('buyer')).id)).balanceMicroUsd;
};

/** What a message changes of the balance. */
const booked = async (message: () => Promise<unknown>) => {
  const before = await balance();
  await message();
  return (await balance()) - before;
};

test('a paid checkout becomes credit, without the tax', async () => {
  const payload = eventOf(paid({ amount_total: 1190, total_details: { amount_tax: 190 } }));
  const change = await booked(async () =>
    expect(await send(payload)).toEqual({ status: 200, json: { received: true, booked: true } }),
  );
  expect(change).toBe(10_000_000);
});

test('the same checkout is booked once, however often and under whichever event it is told', async () => {
  const session = paid();
  const change = await booked(async () => {
    await Promise.all([send(eventOf(session)), send(eventOf(session))]);
    const late = await send(eventOf(session, 'checkout.session.async_payment_succeeded'));
    expect(late.json).toEqual({ received: true, booked: false });
  });
  expect(change).toBe(10_000_000);
});

test.each([
  ['no signature', () => ''],
  ["another secret's", (payload: string) => signed(payload, { secret: 'whsec_of_another' })],
  ["another body's", (payload: string) => signed(`${payload} `)],
  ['an old one', (payload: string) => signed(payload, { timestamp: Math.floor(Date.now() / 1000) - 301 })],
  ['no time in it', (payload: string) => signed(payload).replace(/^t=\d+,/, '')],
  ['something else', () => 't=1,v1=zz'],
])('%s: nothing is booked', async (_, sign) => {
  const payload = eventOf(paid());
  const change = await booked(async () => expect((await send(payload, sign(payload))).status).toBe(401));
  expect(change).toBe(0);
});

test('of several signatures one is enough: the secret is being replaced', async () => {
  const payload = eventOf(paid());
  const [time, right] = signed(payload).split(',');
  const [, wrong] = signed(payload, { secret: 'whsec_old' }).split(',');
  expect((await send(payload, `${time},${wrong},${right}`)).json).toEqual({ received: true, booked: true });
});

test.each([
  ['another event', eventOf({ id: 'cus_1' }, 'customer.created')],
  ['a checkout that is not paid yet', eventOf(paid({ payment_status: 'unpaid' }))],
])('%s is taken note of and changes nothing', async (_, payload) => {
  const change = await booked(async () =>
    expect((await send(payload)).json).toEqual({ received: true, booked: false }),
  );
  expect(change).toBe(0);
});

test.each([
  ['another currency', { currency: 'eur' }, 'data.object.currency'],
  ['no account', { client_reference_id: null }, 'data.object.client_reference_id'],
  ['an unknown account', { client_reference_id: 'nobody' }, undefined],
  ['nothing but tax', { amount_total: 5, total_details: { amount_tax: 5 } }, 'data.object.amount_total'],
  ['an amount of no number', { amount_total: '1000' }, 'data.object'],
])('%s is refused, so that it shows at Stripe', async (_, change, param) => {
  const answer = await send(eventOf(paid(change)));
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  if (param) expect(answer.json.error).toMatchObject({ code: 'invalid_field', param });
});

test('without the setting there is no such route', async () => {
  const plain = await serve();
  const payload = eventOf(paid());
  const headers = { 'stripe-signature': signed(payload) };
  const answer = await fetch(`${plain.url}/v1/webhooks/stripe`, { method: 'POST', headers, body: payload });
  expect(answer.status).toBe(404);
  await plain.close();
});

test('a message that is too large is refused as such', async () => {
  const { status, json } = await send('x'.repeat(2 ** 20 + 1), 'unsigned');
  expect([status, json.error]).toEqual([413, expect.objectContaining({ code: 'body_too_large' })]);
});
