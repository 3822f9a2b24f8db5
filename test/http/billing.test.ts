/** Money and quotas as a client meets them; the books behind it are those of test/contract. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.js';
import { addAccount } from '../helpers/accounts.js';
import type { Client } from '../helpers/client.js';
import { clientOf } from '../helpers/client.js';
import { describeStores } from '../helpers/databases.js';
import { fixture } from '../helpers/fixtures.js';
import { startAtNoon } from '../helpers/noon.js';
import { type Served, type ServeOptions, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const models = {
  'test/echo': {
    task: 'echo',
    default: true,
    prices: { usd_per_million_input_tokens: 100, usd_per_million_output_tokens: 1_000 },
  },
  'test/scale': { task: 'weigh', default: true, prices: { usd_per_image: 0.002 } },
};

beforeAll(startAtNoon);

const open: Served[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
});

const start = async (options: ServeOptions = {}): Promise<Served> => {
  const service = await serve({ models, ...options });
  open.push(service);
  service.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.answer(id, 1, { images: 1, deviceMicros: 250 });
  };
  return service;
};

const picture = { image: readFileSync(fixture('media/grey-32x32.png')).toString('base64') };
const weigh = (client: Client) => client.post('/v1/inference/weigh', picture);

const onCredit = async (service: Served, usd: number) => {
  const account = await addAccount(service, 'customer', { plan: 'pro', billing: 'credit' });
  const { status } = await service.post(`/v1/admin/accounts/${account.id}/credits`, { amount: usd });
  expect(status).toBeLessThan(300);
  return account;
};

const statuses = (answers: readonly { status: number }[]) => {
  const count = new Map<number, number>();
  for (const { status } of answers) count.set(status, (count.get(status) ?? 0) + 1);
  return count;
};

describeStores('two servers on one store', (databases) => {
  test('of 200 requests at once against credit for ten, exactly ten are answered and charged', async () => {
    const env = { DATABASE_URL: await databases.newUrl() };
    const [one, other] = [await start({ env }), await start({ env })];
    const account = await onCredit(one, 0.02);
    const clients = [account, clientOf(other.url, account.key)];
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => weigh(clients[i % 2]!)));
    expect(statuses(answers)).toEqual(
      new Map([
        [200, 10],
        [402, 190],
      ]),
    );
    for (const { status, headers, json } of answers) {
      if (status === 200) expect(headers.get('x-cost-usd')).toBe('0.002000');
      else
        expect([json.error.code, headers.get('x-should-retry')]).toEqual(['insufficient_credits', 'false']);
    }
    expect((await account.get('/v1/credits')).json).toMatchObject({
      balance_micro_usd: 0,
      held_micro_usd: 0,
    });
    const { data } = (await account.get('/v1/usage')).json;
    const ids = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => headers.get('x-request-id'));
    expect(data.map((row: { request_id: string }) => row.request_id).sort()).toEqual(ids.sort());
  });
});

test("of 200 requests at once against a month's device time for ten, exactly ten are answered", async () => {
  const plans = { enterprise: {}, free: {}, tiny: { gpu_hours_per_month: 2_500 / 3_600e6, next: 'free' } };
  const file = join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');
  const service = await start({ env: { TASKWIRE_PLANS: file } });
  await weigh(service); // from which the service learns what one takes: 250 µs
  const account = await addAccount(service, 'customer', { plan: 'tiny' });
  const answers = await Promise.all(Array.from({ length: 200 }, () => weigh(account)));
  expect(statuses(answers)).toEqual(
    new Map([
      [200, 10],
      [429, 190],
    ]),
  );
  const refused = await weigh(account);
  expect(refused.json.error.code).toBe('gpu_quota_exceeded');
  expect(refused.headers.get('x-should-retry')).toBe('false');
  const retryAt = new Date(Date.now() + 1000 * Number(refused.headers.get('retry-after')));
  expect([retryAt.getUTCDate(), retryAt.getUTCHours()]).toEqual([1, 0]);
  const warnings = answers.map(({ headers }) => headers.get('x-quota-warning'));
  expect(warnings.filter((warning) => warning === '80')).toHaveLength(2);
  expect(warnings.filter((warning) => warning === '100')).toHaveLength(1);
});

test('what failed is a row that cost nothing, and what the client sent wrong is none', async () => {
  const service = await start();
  const account = await onCredit(service, 1);
  service.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.refuse(id, 'invalid_media');
  };
  const failed = await weigh(account);
  expect(failed.status).toBe(400);
  await account.post('/v1/inference/weigh', { ...picture, unit: 'stones' });
  const { data } = (await account.get('/v1/usage')).json;
  expect(data).toMatchObject([
    { request_id: failed.headers.get('x-request-id'), status: 'invalid_media', cost: 0 },
  ]);
  expect((await account.get('/v1/credits')).json).toMatchObject({ balance: 1, held_micro_usd: 0 });
});

test('a stream that its reader leaves pays for what was done until then', async () => {
  const service = await start();
  const account = await onCredit(service, 1);
  service.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
  service.runners.onBatch = (runner, [item]) => {
    runner.say({ type: 'measured', id: item!.id, usage: { inputTokens: 3 } });
    runner.say({ type: 'delta', id: item!.id, delta: 'once' });
  };
  service.runners.onCancel = (runner, [id]) => {
    const error = { code: 'client_closed', message: '', param: undefined };
    runner.outcome({ id: id!, ok: false, error, usage: { outputTokens: 1, deviceMicros: 70 } });
  };
  const leaving = new AbortController();
  const stream = await account.fetch('/v1/inference/echo/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: 'x' }),
    signal: leaving.signal,
  });
  await stream.body!.getReader().read();
  leaving.abort();
  const rows = async () => (await account.get('/v1/usage')).json.data;
  await until(async () => (await rows()).length > 0);
  expect(await rows()).toMatchObject([
    { status: 'client_closed', cost_micro_usd: 3 * 100 + 1_000, output_tokens: 1 },
  ]);
  expect((await account.get('/v1/credits')).json).toMatchObject({ balance_micro_usd: 998_700 });
});

test('what a stop cuts off is booked before the store is closed', async () => {
  const env = { DATABASE_URL: `sqlite:${join(temporaryFolder(), 'store.db')}` };
  const service = await start({ env });
  service.runners.onBatch = () => {};
  const cutOff = weigh(service).catch(() => undefined);
  await until(() => service.runners.started[0]?.batches.length === 1);
  await service.close();
  await cutOff;
  const store = await openStore(env.DATABASE_URL);
  expect((await store.usage.page({}, 9, undefined)).data).toHaveLength(1);
  await store.close();
});
