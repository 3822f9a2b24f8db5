import { jest } from '@jest/globals';
import { addAccount, addKey, remove } from '../helpers/accounts.js';
import { clientOf } from '../helpers/client.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => service.close());

const echo = (client: { post: Served['post'] }, fields: object = {}) =>
  client.post('/v1/inference/echo', { inputs: 'x', ...fields });

test.each(['/v1', '/api/v1/inference'])('below %s a key is made, listed, used and revoked', async (mount) => {
  const made = await service.post(`${mount}/keys`, { name: 'laptop' });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ name: 'laptop', scopes: null, revoked_at: null, expires_at: null });
  expect(made.json.key).toMatch(/^inf_[0-9a-f]{64}$/);
  expect(made.json.key.startsWith(made.json.prefix)).toBe(true);
  expect(made.headers.get('cache-control')).toBe('no-store');
  const client = clientOf(service.url, made.json.key);
  expect((await echo(client)).status).toBe(200);
  const { key, ...shown } = made.json;
  const listed = await client.get(`${mount}/keys`);
  expect(listed.json.data).toContainEqual(shown);
  expect(listed.text).not.toContain(key);
  expect((await remove(client, `${mount}/keys/${made.json.id}`)).status).toBe(204);
  expect((await echo(client)).json.error.code).toBe('key_revoked');
  const { data } = (await service.get(`${mount}/keys`)).json;
  expect(data.map(({ id }: { id: string }) => id)).not.toContain(made.json.id);
  const all = (await service.get(`${mount}/keys?revoked=true`)).json.data;
  expect(all).toContainEqual({ ...shown, revoked_at: expect.any(String) });
});

test('the store keeps a digest and a prefix, never the key', async () => {
  const { json } = await service.post('/v1/keys', { name: 'digest' });
  const identity = await service.service.store.keys.byId(json.id);
  expect(identity?.key?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(identity)).not.toContain(json.key.slice(20));
});

test.each([
  [{}, 'missing_field', 'name'],
  [{ name: '' }, 'invalid_field', 'name'],
  [{ name: 'x', scopes: { tasks: ['no-such-task'] } }, 'invalid_field', 'scopes.tasks'],
  [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'invalid_field', 'expires_at'],
  [{ name: 'x', expires_at: 'soon' }, 'invalid_field', 'expires_at'],
  [{ name: 'x', requests_per_minute: 0 }, 'invalid_field', 'requests_per_minute'],
  [{ name: 'a\0b' }, 'invalid_field', 'name'],
  [{ name: '\ud800' }, 'invalid_field', 'name'],
  [{ name: 'x', scopes: { models: ['a', 'b\0'] } }, 'invalid_field', 'scopes.models[1]'],
])('a key with %j is refused as %s of %s', async (fields, code, param) => {
  const { status, json } = await service.post('/v1/keys', fields);
  expect([status, json.error.code, json.error.param]).toEqual([400, code, param]);
});

test.each([
  ['/v1/usage?model=a%00', 'model'],
  ['/v1/admin/accounts/a%00', 'id'],
])('GET %s, which no database can look up, is refused', async (path, param) => {
  const { status, json } = await service.get(path);
  expect([status, json.error]).toMatchObject([400, { code: 'invalid_field', param }]);
});

test('a form makes no key: another site could send it', async () => {
  const form = new FormData();
  form.set('name', 'x');
  expect((await service.post('/v1/keys', form)).status).toBe(415);
});

test('scopes bind: other tasks and other models are refused', async () => {
  const task = await addKey(service, 'owner', { scopes: { tasks: ['echo'] } });
  expect((await echo(task)).status).toBe(200);
  const weighed = await task.post('/v1/inference/weigh', { image: 'iVBORw0KGgoAAAANSUhEUg==' });
  expect([weighed.status, weighed.json.error]).toMatchObject([
    403,
    { code: 'scope_forbidden', param: 'task' },
  ]);
  const model = await addKey(service, 'owner', { scopes: { models: ['some/other'] } });
  const refused = await echo(model);
  expect([refused.status, refused.json.error]).toMatchObject([
    403,
    { code: 'scope_forbidden', param: 'model' },
  ]);
  const none = await addKey(service, 'owner', { scopes: { models: [] } });
  expect((await echo(none)).status).toBe(403);
});

test.each([
  { scopes: { tasks: ['echo'] } },
  { scopes: { models: ['test/echo'] } },
  { requests_per_minute: 10 },
  { monthly_spend_limit: 1 },
  { expires_at: '2099-01-01T00:00:00Z' },
])('a key with %j makes no keys, revokes none and administrates nothing', async (fields) => {
  const restricted = await addKey(service, 'owner', fields);
  expect((await echo(restricted)).status).toBe(200);
  const tries = [
    restricted.post('/v1/keys', { name: 'free at last' }),
    remove(restricted, `/v1/keys/${restricted.keyId}`),
    restricted.get('/v1/admin/accounts'),
    restricted.post('/v1/admin/accounts', { name: 'mine' }),
  ];
  for (const answer of await Promise.all(tries))
    expect([answer.status, answer.json.error.code]).toEqual([403, 'scope_forbidden']);
});

test('an expired key is 401', async () => {
  const expiresAt = Math.ceil(Date.now() / 1000) + 60;
  const key = await addKey(service, 'owner', { expires_at: expiresAt });
  expect((await echo(key)).status).toBe(200);
  jest.spyOn(Date, 'now').mockImplementation(() => expiresAt * 1000);
  const { status, json } = await echo(key);
  expect([status, json.error.code]).toEqual([401, 'invalid_key']);
});

test('unknown, malformed and cut keys are answered alike, to the letter', async () => {
  const good = await addKey(service, 'owner');
  const wrong = [
    `inf_${'0'.repeat(64)}`,
    `${good.key.slice(0, -1)}x`,
    good.key.slice(0, 12),
    'inf_',
    'sk-something',
    `hf_${'a'.repeat(30)}`,
  ];
  const answers = await Promise.all(wrong.map((key) => echo(clientOf(service.url, key))));
  const shapes = answers.map(({ status, json, headers }) => ({
    status,
    error: { ...json.error, request_id: '' },
    challenge: headers.get('www-authenticate'),
  }));
  for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  expect(shapes[0]).toMatchObject({ status: 401, error: { code: 'invalid_key' }, challenge: 'Bearer' });
});

test("another account's keys are not seen, and revoking one is as if it were not there", async () => {
  const alice = await addAccount(service, 'alice-keys');
  const bob = await addAccount(service, 'bob-keys');
  const { data } = (await bob.get('/v1/keys')).json;
  expect(data.map(({ id }: { id: string }) => id)).toEqual([bob.keyId]);
  const theirs = await remove(bob, `/v1/keys/${alice.keyId}`);
  const nobodys = await remove(bob, '/v1/keys/key_nobodys');
  expect(theirs.status).toBe(404);
  expect(theirs.json.error.message.replace(alice.keyId, '')).toBe(
    nobodys.json.error.message.replace('key_nobodys', ''),
  );
  expect((await echo(alice)).status).toBe(200);
});

test('when a key was last used is written before the service ends', async () => {
  const other = await serve();
  const { store } = other.service;
  await echo(other);
  const [before] = await store.keys.list('owner');
  expect(before?.lastUsedAt).toBeUndefined();
  const touched = jest.spyOn(store.keys, 'touch');
  await other.close();
  expect(touched.mock.calls[0]?.[0]).toEqual([[before!.id, expect.any(Number)]]);
});
