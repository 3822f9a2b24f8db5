import { addAccount, addKey, patch, remove } from '../helpers/accounts.js';
import { clientOf } from '../helpers/client.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
});
afterAll(() => service.close());

const changesOf = async (subject: string) =>
  (await service.get(`/v1/admin/audit?subject=${subject}`)).json.data.map(
    ({ actor, action, details }: { actor: string; action: string; details: object }) => ({
      actor,
      action,
      details,
    }),
  );

test('an account is made, found by id and name, changed, and all of it is in the log', async () => {
  const made = await service.post('/v1/admin/accounts', {
    name: 'alice',
    email: 'Alice@Example.com',
    plan: 'pro',
  });
  expect([made.status, made.json]).toMatchObject([
    201,
    {
      name: 'alice',
      email: 'alice@example.com',
      plan: 'pro',
      billing: 'quota',
      role: 'user',
      deactivated_at: null,
    },
  ]);
  const { id } = made.json;
  for (const who of [id, 'alice'])
    expect((await service.get(`/v1/admin/accounts/${who}`)).json).toEqual(made.json);
  const changed = await patch(service, '/v1/admin/accounts/alice', {
    plan: 'team',
    billing: 'credit',
    password: 'correct horse',
  });
  expect(changed.json).toMatchObject({ plan: 'team', billing: 'credit' });
  const off = await patch(service, `/v1/admin/accounts/${id}`, { active: false });
  expect(off.json.deactivated_at).toMatch(/Z$/);
  const log = await changesOf(id);
  expect(log).toEqual([
    { actor: 'owner', action: 'account.change', details: { active: false } },
    {
      actor: 'owner',
      action: 'account.change',
      details: { plan: 'team', billing: 'credit', password: 'changed' },
    },
    {
      actor: 'owner',
      action: 'account.create',
      details: expect.objectContaining({ name: 'alice', plan: 'pro' }),
    },
  ]);
  expect(JSON.stringify(log)).not.toContain('correct horse');
});

test('keys, sessions, teams and credit are in the log; the log is only ever added to', async () => {
  const { store } = service.service;
  const bob = await addAccount(service, 'bob');
  await bob.post('/v1/auth/key', {});
  await service.post('/v1/admin/accounts/bob/credits', { amount: 1 });
  expect((await changesOf(bob.id)).map(({ action }: { action: string }) => action)).toEqual([
    'credits.grant',
    'session.open',
    'account.create',
  ]);
  await remove(service, `/v1/admin/keys/${bob.keyId}`);
  const ofKey = await changesOf(bob.keyId);
  expect(ofKey.map(({ actor, action }: { actor: string; action: string }) => [actor, action])).toEqual([
    ['owner', 'key.revoke'],
    ['owner', 'key.create'],
  ]);
  expect(JSON.stringify(ofKey)).not.toContain(bob.key.slice(0, 20));
  expect(Object.keys(store.audit).sort()).toEqual(['list']);
  expect((await bob.get('/v1/admin/audit')).status).toBe(403);
});

test.each([
  [{}, 'missing_field', 'name'],
  [{ name: 'Has Spaces' }, 'invalid_field', 'name'],
  [{ name: 'acc_looks_like_an_id' }, 'invalid_field', 'name'],
  [{ name: 'team_too' }, 'invalid_field', 'name'],
  [{ name: '-' }, 'invalid_field', 'name'],
  [{ name: 'owner' }, 'invalid_field', 'name'],
  [{ name: 'x', plan: 'no-such' }, 'invalid_field', 'plan'],
  [{ name: 'x', billing: 'later' }, 'invalid_field', 'billing'],
  [{ name: 'x', email: 'nope' }, 'invalid_field', 'email'],
  [{ name: 'x', password: 'short' }, 'invalid_field', 'password'],
])('an account of %j is refused as %s of %s', async (fields, code, param) => {
  const { status, json } = await service.post('/v1/admin/accounts', fields);
  expect([status, json.error.code, json.error.param]).toEqual([400, code, param]);
});

test('what is not there is 404', async () => {
  for (const answer of [
    await service.get('/v1/admin/accounts/nobody'),
    await patch(service, '/v1/admin/accounts/nobody', { plan: 'pro' }),
    await service.post('/v1/admin/accounts/nobody/keys', { name: 'x' }),
    await service.post('/v1/admin/accounts/nobody/credits', { amount: 1 }),
    await remove(service, '/v1/admin/keys/key_nobody'),
    await patch(service, '/v1/admin/teams/nobody', { plan: 'pro' }),
  ])
    expect(answer.status).toBe(404);
});

test('a deactivated account is 403 with its keys, and comes back', async () => {
  const carol = await addAccount(service, 'carol');
  const echo = () => carol.post('/v1/inference/echo', { inputs: 'x' });
  await patch(service, '/v1/admin/accounts/carol', { active: false });
  expect([(await echo()).status, (await echo()).json.error.code]).toEqual([403, 'account_inactive']);
  await patch(service, '/v1/admin/accounts/carol', { active: true });
  expect((await echo()).status).toBe(200);
});

test("nobody shuts the owner's account out", async () => {
  for (const change of [{ active: false }, { role: 'user' }]) {
    const { status, json } = await patch(service, '/v1/admin/accounts/owner', change);
    expect([status, json.error.param]).toEqual([400, 'account']);
  }
});

test('administration is for administrators, and an administrator made of a user is one', async () => {
  const dave = await addAccount(service, 'dave');
  const tries = () =>
    Promise.all([
      dave.get('/v1/admin/accounts'),
      dave.get('/v1/admin/accounts/owner/keys'),
      dave.post('/v1/admin/accounts', { name: 'mallory' }),
      dave.post('/v1/admin/accounts/dave/credits', { amount: 1 }),
      dave.post('/v1/admin/invites', {}),
      patch(dave, '/v1/admin/accounts/dave', { role: 'admin' }),
      remove(dave, `/v1/admin/keys/${dave.keyId}`),
    ]);
  for (const answer of await tries())
    expect([answer.status, answer.json.error.code]).toEqual([403, 'scope_forbidden']);
  await patch(service, '/v1/admin/accounts/dave', { role: 'admin' });
  expect((await dave.get('/v1/admin/accounts')).status).toBe(200);
});

test('the list of accounts comes in pages', async () => {
  for (const name of ['p1', 'p2', 'p3']) await addAccount(service, name);
  const names: string[] = [];
  let cursor: string | null = '';
  do {
    const { json } = await service.get(`/v1/admin/accounts?limit=2&cursor=${cursor}`);
    names.push(...json.data.map(({ name }: { name: string }) => name));
    cursor = json.next_cursor;
  } while (cursor !== null);
  expect(names).toEqual([...new Set(names)].sort());
  expect(names).toEqual(expect.arrayContaining(['owner', 'p1', 'p2', 'p3']));
});

test('a team: its owner invites, members share plan and balance, the last owner stays', async () => {
  const boss = await addAccount(service, 'boss');
  const hand = await addAccount(service, 'hand');
  const made = await service.post('/v1/admin/teams', { name: 'crew', owner: 'boss', billing: 'credit' });
  expect(made.json).toMatchObject({ name: 'crew', plan: 'team', seats: 1 });
  expect((await hand.get('/v1/team')).status).toBe(404);
  const { code } = (await boss.post('/v1/team/invites', {})).json;
  expect((await hand.post('/v1/team/join', { invite: 'made up' })).status).toBe(400);
  const joined = await hand.post('/v1/team/join', { invite: code });
  expect(joined.json).toMatchObject({
    seats: 2,
    members: [{ role: 'owner' }, { name: 'hand', role: 'member' }],
  });
  expect((await hand.post('/v1/team/join', { invite: code })).status).toBe(400);
  expect((await hand.post('/v1/team/invites', {})).json.error.code).toBe('scope_forbidden');
  expect((await remove(hand, `/v1/team/members/${boss.id}`)).status).toBe(403);
  await service.post('/v1/admin/accounts/hand/credits', { amount: 3 });
  for (const member of [boss, hand])
    expect((await member.get('/v1/credits')).json).toMatchObject({
      balance: 3,
      plan: 'team',
      billing: 'credit',
    });
  await patch(service, '/v1/admin/teams/crew', { plan: 'enterprise' });
  expect((await hand.get('/v1/auth/me')).json.plan).toBe('enterprise');
  expect((await remove(boss, `/v1/team/members/${boss.id}`)).json.error.param).toBe('account');
  expect((await remove(hand, `/v1/team/members/${hand.id}`)).status).toBe(204);
  expect((await hand.get('/v1/credits')).json).toMatchObject({ balance: 0, plan: 'free' });
  expect((await service.get('/v1/admin/teams')).json.data).toContainEqual(
    expect.objectContaining({ seats: 1 }),
  );
});

describe('a token for somebody else', () => {
  const mint = (client: Served | { post: Served['post'] }, fields: object = {}) =>
    client.post('/v1/scoped-jwt', fields);

  test('runs the models it names and does nothing else', async () => {
    const erin = await addAccount(service, 'erin');
    const { status, json } = await mint(erin, {
      api_key_name: 'default',
      models: ['test/echo'],
      expires_delta: 3600,
      spending_limit: 1,
    });
    expect([status, json.token]).toEqual([200, expect.stringMatching(/^jwt:/)]);
    for (const shown of [json.token, json.token.slice(4)]) {
      const token = clientOf(service.url, shown);
      expect((await token.post('/v1/inference/echo', { inputs: 'x' })).status).toBe(200);
      const other = await token.post('/v1/inference/weigh', { image: 'iVBORw0KGgoAAAANSUhEUg==' });
      expect(other.json.error.code).toBe('scope_forbidden');
      for (const answer of [
        await token.get('/v1/keys'),
        await token.get('/v1/usage'),
        await token.get('/v1/credits'),
        await token.post('/v1/keys', { name: 'x' }),
        await token.post('/v1/auth/key', {}),
        await mint(token),
      ])
        expect([answer.status, answer.json.error.code]).toEqual([403, 'scope_forbidden']);
    }
    // What it used counts as its key's.
    expect((await erin.get('/v1/usage')).json.data.map(({ key }: { key: string }) => key)).toEqual([
      erin.keyId,
      erin.keyId,
    ]);
    await remove(erin, `/v1/keys/${erin.keyId}`);
    const late = await clientOf(service.url, json.token).post('/v1/inference/echo', { inputs: 'x' });
    expect(late.json.error.code).toBe('key_revoked');
  });

  test('lasts a year at most, and is minted with a key that is there', async () => {
    const year = Math.floor(Date.now() / 1000) + 370 * 86_400;
    for (const [fields, param] of [
      [{ expires_delta: 370 * 86_400 }, 'expires_delta'],
      [{ expires_at: year }, 'expires_at'],
      [{ expires_at: 1 }, 'expires_at'],
      [{ api_key_name: 'no such key' }, 'api_key_name'],
      [{ spending_limit: -1 }, 'spending_limit'],
    ] as const) {
      const { status, json } = await mint(service, fields);
      expect([status, json.error.param]).toEqual([400, param]);
    }
  });

  test('of a restricted key reaches no further than the key', async () => {
    const narrow = await addKey(service, 'owner', { name: 'narrow', scopes: { tasks: ['weigh'] } });
    await addKey(service, 'owner', { name: 'wide' });
    expect((await mint(narrow, { api_key_name: 'wide' })).json.error.code).toBe('scope_forbidden');
    const token = clientOf(service.url, (await mint(narrow)).json.token);
    const { json } = await token.post('/v1/inference/echo', { inputs: 'x' });
    expect(json.error.code).toBe('scope_forbidden');
  });
});
