import { dirname } from 'node:path';
import { addAccount, addKey, type TestAccount } from '../helpers/accounts.js';
import { type Served, serve } from '../helpers/serve.js';
import { writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

let service: Served;
let alice: TestAccount;
let bob: TestAccount;
let mate: TestAccount;

beforeAll(async () => {
  service = await serve({
    models: {
      'test/echo': { task: 'echo' },
      // First in the order of ids, and the default of its task if it could be.
      'a-lice/mine': { task: 'echo', owner: 'alice', visibility: 'private', default: true },
      'secret/only': { task: 'weigh', owner: 'alice', visibility: 'private' },
    },
  });
  alice = await addAccount(service, 'alice');
  bob = await addAccount(service, 'bob');
  mate = await addAccount(service, 'mate');
});
afterAll(() => service.close());

const anyone = { authorization: '' };
const ids = ({ json }: { json: { data: Array<{ id: string }> } }) => json.data.map(({ id }) => id).sort();

test.each(['/v1/models', '/api/v1/inference/models', '/v1/openai/models'])(
  '%s shows what the caller may use',
  async (path) => {
    expect(ids(await service.get(path, anyone))).toEqual(['test/echo']);
    expect(ids(await bob.get(path))).toEqual(['test/echo']);
    expect(ids(await alice.get(path))).toEqual(['a-lice/mine', 'secret/only', 'test/echo']);
    expect(ids(await service.get(path, { authorization: 'Bearer inf_wrong' }))).toEqual(['test/echo']);
  },
);

test.each(['', '/health'])('GET of a private model%s is 404 to anyone, 403 to others', async (suffix) => {
  const path = `/v1/models/a-lice/mine${suffix}`;
  const unknown = await service.get(`/v1/models/no/mine${suffix}`, anyone);
  const hidden = await service.get(path, anyone);
  expect(hidden.status).toBe(404);
  expect(hidden.text.replace('a-lice', 'no').replace(/req_[\w-]+/, '')).toBe(
    unknown.text.replace(/req_[\w-]+/, ''),
  );
  const theirs = await bob.get(path);
  expect([theirs.status, theirs.json.error.code]).toEqual([403, 'model_forbidden']);
  expect((await alice.get(path)).status).toBe(200);
  expect((await service.get(path, { authorization: 'Bearer inf_wrong' })).status).toBe(401);
});

test.each([
  ['/v1/inference/echo', { model: 'a-lice/mine', inputs: 'x' }],
  ['/v1/inference/a-lice/mine', { inputs: 'x' }],
])('POST %s runs a private model for its owner alone', async (path, body) => {
  expect((await alice.post(path, body)).status).toBe(200);
  for (const other of [bob, service]) {
    const { status, json } = await other.post(path, body);
    expect([status, json.error.code]).toEqual([403, 'model_forbidden']);
  }
  const mine = await addKey(service, 'alice', { scopes: { models: ['test/echo'] } });
  expect((await mine.post(path, body)).json.error.code).toBe('scope_forbidden');
});

test('an unknown variant of a private model tells no more than an unknown model', async () => {
  const { status, json } = await service.get('/v1/models/a-lice/mine/fp-2', anyone);
  expect([status, json.error.message]).toEqual([404, 'There is no such model: "a-lice/mine/fp-2".']);
});

test.each(['/models/a-lice/mine/info', '/v1/inference/a-lice/mine/info'])(
  'GET %s tells of a private model to its owner alone',
  async (path) => {
    expect((await service.get(path, anyone)).status).toBe(404);
    expect((await bob.get(path)).status).toBe(403);
  },
);

test('a private model is nobody’s default', async () => {
  expect((await bob.post('/v1/inference/echo', { inputs: 'x' })).status).toBe(200);
  expect((await alice.post('/v1/inference/echo', { inputs: 'x' })).status).toBe(200);
  const none = await alice.post('/v1/inference/weigh', { image: 'iVBORw0KGgoAAAANSUhEUg==' });
  expect(none.json.error.code).not.toBe('model_forbidden');
  expect(none.text).not.toContain('secret/only');
  expect((await service.get('/ready', anyone)).text).not.toContain('a-lice');
});

test('a model of a team is for its members', async () => {
  const { json: team } = await service.post('/v1/admin/teams', { name: 'crew', owner: 'mate' });
  writeFiles(dirname(service.service.ownerKey.path), {
    'models/crew/theirs/taskwire.json': { task: 'echo', owner: team.id, visibility: 'private' },
    'models/crew/theirs/onnx/model.onnx': '',
  });
  const path = '/v1/models/crew/theirs';
  // Found when it is asked for; the disk is looked at once a second.
  await until(async () => (await mate.get(path)).status === 200);
  expect((await bob.get(path)).status).toBe(403);
  expect((await mate.post('/v1/inference/crew/theirs', { inputs: 'x' })).status).toBe(200);
  expect((await bob.post('/v1/inference/crew/theirs', { inputs: 'x' })).status).toBe(403);
});

test('an account without inference infers nothing and still reads its keys', async () => {
  const carol = await addAccount(service, 'carol');
  const set = (inference_enabled: boolean) =>
    service.fetch(`/v1/admin/accounts/carol`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inference_enabled }),
    });
  await set(false);
  const { status, json } = await carol.post('/v1/inference/echo', { inputs: 'x' });
  expect([status, json.error.code]).toEqual([403, 'feature_disabled']);
  expect((await carol.get('/v1/keys')).status).toBe(200);
  await set(true);
  expect((await carol.post('/v1/inference/echo', { inputs: 'x' })).status).toBe(200);
});
