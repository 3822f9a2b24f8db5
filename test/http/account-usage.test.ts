import { addAccount, addKey, type TestAccount } from '../helpers/accounts.js';
import { clientOf } from '../helpers/client.js';
import { startAtNoon } from '../helpers/noon.js';
import { type Served, serve } from '../helpers/serve.js';

const prices = { usd_per_million_input_tokens: 3 };

let service: Served;
let alice: TestAccount;
let bob: TestAccount;

beforeAll(async () => {
  startAtNoon();
  service = await serve({
    models: {
      'test/echo': { task: 'echo', prices },
      '=evil': { task: 'echo' },
      'test/scale': { task: 'weigh' },
    },
  });
  alice = await addAccount(service, 'alice', { billing: 'credit' });
  bob = await addAccount(service, 'bob');
  await service.post('/v1/admin/accounts/alice/credits', { amount: 1, note: 'a start' });
  for (let i = 0; i < 5; i++) await alice.post('/v1/inference/echo', { inputs: 'x', model: 'test/echo' });
  await alice.post('/v1/inference/echo', { inputs: 'x', model: '=evil' });
  await bob.post('/v1/inference/echo', { inputs: 'x', model: 'test/echo' });
});
afterAll(() => service.close());

const keysOf = ({ json }: { json: { data: Array<{ key: string }> } }) =>
  new Set(json.data.map(({ key }) => key));

test.each(['/v1', '/api/v1/inference'])('%s/usage lists the requests of the account alone', async (mount) => {
  const mine = await alice.get(`${mount}/usage`);
  expect(mine.json.data).toHaveLength(6);
  expect(keysOf(mine)).toEqual(new Set([alice.keyId]));
  expect(mine.json.next_cursor).toBeNull();
  expect(mine.json.data.find(({ model }: { model: string }) => model === 'test/echo')).toMatchObject({
    request_id: expect.stringMatching(/^req_/),
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    task: 'echo',
    status: 'succeeded',
    input_tokens: 1,
    gpu_seconds: 0.00025,
    cost_micro_usd: 3,
    cost: 0.000003,
    cached: false,
  });
  expect((await bob.get(`${mount}/usage`)).json.data).toHaveLength(1);
});

test("no filter reaches another account's rows", async () => {
  const queries = [`key=${alice.keyId}`, `account=${alice.id}`, `account=alice`, `payer=${alice.id}`];
  for (const query of queries) {
    const rows = await bob.get(`/v1/usage?${query}`);
    expect(keysOf(rows).has(alice.keyId)).toBe(false);
    const sums = await bob.get(`/v1/usage/summary?${query}`);
    expect(
      sums.json.data.reduce((n: number, { requests }: { requests: number }) => n + requests, 0),
    ).toBeLessThan(2);
  }
  for (const path of ['/v1/admin/usage', `/v1/admin/usage?account=${alice.id}`, '/v1/admin/usage/summary'])
    expect((await bob.get(path)).status).toBe(403);
});

test('a cursor goes through all rows once; one that is none is refused', async () => {
  const seen: string[] = [];
  let cursor: string | null = '';
  do {
    const { json } = await alice.get(`/v1/usage?limit=4${cursor ? `&cursor=${cursor}` : ''}`);
    seen.push(...json.data.map(({ request_id }: { request_id: string }) => request_id));
    cursor = json.next_cursor;
  } while (cursor);
  expect([seen.length, new Set(seen).size]).toEqual([6, 6]);
  // Another account's cursor is a place in time and opens nothing.
  const { json } = await alice.get('/v1/usage?limit=1');
  expect(keysOf(await bob.get(`/v1/usage?cursor=${json.next_cursor}`)).has(alice.keyId)).toBe(false);
  const wrong = await alice.get('/v1/usage?cursor=nonsense');
  expect([wrong.status, wrong.json.error.param]).toEqual([400, 'cursor']);
});

test.each([
  ['model=test/echo', 5],
  ['model=%3Devil', 1],
  ['model=no/such', 0],
  ['task=echo', 6],
  ['task=weigh', 0],
  ['status=succeeded', 6],
  ['status=failed', 0],
  ['from=2020-01-01&to=2020-02-01', 0],
  ['from=2020-01-01', 6],
  ['limit=2', 2],
])('?%s finds %i', async (query, count) => {
  expect((await alice.get(`/v1/usage?${query}`)).json.data).toHaveLength(count);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=many', 'limit'],
  ['from=yesterday', 'from'],
  ['format=xml', 'format'],
])('?%s is refused by name', async (query, param) => {
  const { status, json } = await alice.get(`/v1/usage?${query}`);
  expect([status, json.error.param]).toEqual([400, param]);
});

test('the summary adds up by day and model', async () => {
  const { data } = (await alice.get('/v1/usage/summary')).json;
  const day = new Date(Date.now()).toISOString().slice(0, 10);
  expect(data).toContainEqual(
    expect.objectContaining({ day, model: 'test/echo', requests: 5, input_tokens: 5, cost_micro_usd: 15 }),
  );
  expect(data).toContainEqual(expect.objectContaining({ model: '=evil', requests: 1, cost_micro_usd: 0 }));
});

test('CSV has a line of names, a line a row, and no formula', async () => {
  const { text, headers } = await alice.get('/v1/usage?format=csv');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const lines = text.split('\r\n');
  expect(lines[0]).toMatch(/^request_id,created_at,key,model,task,status,/);
  expect(lines).toHaveLength(8);
  expect(text).toContain(",'=evil,");
  const page = await alice.get('/v1/usage?format=csv&limit=2');
  expect(page.headers.get('x-next-cursor')).toMatch(/\S/);
  const sums = await alice.get('/v1/usage/summary?format=csv');
  expect(sums.text.split('\r\n')[0]).toMatch(/^day,model,requests,/);
});

test('a restricted key sees what it used itself', async () => {
  const narrow = await addKey(service, 'alice', { scopes: { models: ['test/echo'] } });
  expect((await narrow.get('/v1/usage')).json.data).toEqual([]);
  await narrow.post('/v1/inference/echo', { inputs: 'x', model: 'test/echo' });
  expect(keysOf(await narrow.get(`/v1/usage?key=${alice.keyId}`))).toEqual(new Set([narrow.keyId]));
  const { data } = (await narrow.get('/v1/usage/summary')).json;
  expect(data).toEqual([expect.objectContaining({ model: 'test/echo', requests: 1 })]);
});

test.each(['/v1', '/api/v1/inference'])(
  '%s/credits tells the balance and what is left of the month',
  async (mount) => {
    const mine = (await alice.get(`${mount}/credits`)).json;
    const { data } = (await alice.get(`${mount}/credits/transactions`)).json;
    const sum = data.reduce(
      (total: number, one: { amount_micro_usd: number }) => total + one.amount_micro_usd,
      0,
    );
    expect(mine).toMatchObject({
      balance_micro_usd: sum,
      balance: sum / 1e6,
      held_micro_usd: 0,
      currency: 'USD',
      billing: 'credit',
      plan: 'free',
      gpu_seconds: { limit: null },
    });
    expect(data.at(-1)).toMatchObject({ type: 'deposit', amount: 1, note: 'a start' });
    expect(data[0]).toMatchObject({ type: 'charge', amount_micro_usd: -3, created_at: expect.any(String) });
    const theirs = (await bob.get(`${mount}/credits`)).json;
    expect(theirs).toMatchObject({
      balance: 0,
      billing: 'quota',
      gpu_seconds: { used: 0.00025, limit: 36_000 },
    });
    const resets = new Date(theirs.gpu_seconds.resets_at);
    expect([resets.getUTCDate(), resets.getUTCHours(), resets.getTime() > Date.now()]).toEqual([1, 0, true]);
    expect((await bob.get(`${mount}/credits/transactions`)).json).toEqual({ data: [], next_cursor: null });
  },
);

test.each(['quota', 'credit'])(
  'what a key or token may spend is not exceeded, under billing %s',
  async (billing) => {
    const limit = 0.0003; // dollars; a request costs 3 millionths
    const account = await addAccount(service, `spender-${billing}`, { billing, plan: 'enterprise' });
    await service.post(`/v1/admin/accounts/${account.name}/credits`, { amount: 1 });
    const key = await addKey(service, account.name, { monthly_spend_limit: limit });
    const { token } = (await account.post('/v1/scoped-jwt', { spending_limit: limit })).json;
    const echo = (client: { post: Served['post'] }) =>
      client.post('/v1/inference/echo', { inputs: 'x', model: 'test/echo' });
    for (const client of [key, clientOf(service.url, token)]) {
      let spent = 0;
      let answer = await echo(client);
      for (; answer.status === 200; answer = await echo(client))
        spent += Number(answer.headers.get('x-cost-usd'));
      expect([answer.status, answer.json.error.code]).toEqual([402, 'insufficient_credits']);
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(limit);
    }
    expect((await echo(account)).status).toBe(200);
  },
);

test('a deposit of one id is booked once', async () => {
  const deposit = { amount: 2, id: 'invoice-1' };
  const before = (await bob.get('/v1/credits')).json.balance;
  const answers = [
    await service.post('/v1/admin/accounts/bob/credits', deposit),
    await service.post('/v1/admin/accounts/bob/credits', deposit),
  ];
  expect(answers.map(({ status, json }) => [status, json.booked, json.balance])).toEqual([
    [201, true, before + 2],
    [201, false, before + 2],
  ]);
  for (const amount of [0, -1, 'lots', 1e9])
    expect((await service.post('/v1/admin/accounts/bob/credits', { amount })).status).toBe(400);
  expect((await bob.post('/v1/admin/accounts/bob/credits', { amount: 1 })).status).toBe(403);
});

test('nothing of it is there without a credential', async () => {
  for (const path of [
    'keys',
    'credits',
    'credits/transactions',
    'usage',
    'usage/summary',
    'team',
    'admin/accounts',
  ]) {
    const answer = await service.get(`/v1/${path}`, { authorization: '' });
    expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
  }
});
