import { addAccount, addKey, patch, remove } from '../helpers/accounts.js';
import { type Client, clientOf } from '../helpers/client.js';
import { freezeTime } from '../helpers/frozen-time.js';
import { type Served, type ServeOptions, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
});
afterAll(() => service.close());

const anyone = { authorization: '' };
const password = 'correct horse';

const makeLogin = async (name: string, on: Client = service) => {
  const email = `${name}@example.com`;
  const account = await addAccount(on, name, { email, password });
  return { ...account, email };
};

const login = (email: string, word = password, headers = {}, on: Client = service) =>
  on.post('/v1/auth/login', { email, password: word }, { ...anyone, ...headers });

/** What a browser would send back. */
const cookieOf = (headers: Headers): string => headers.get('set-cookie')!.split(';')[0]!;

const sameOrigin = (): Record<string, string> => ({ origin: new URL(service.url).origin });

const withCookie = (cookie: string, headers: Record<string, string> = {}) => ({
  ...anyone,
  cookie,
  ...headers,
});

test('log-in opens a session: a token that works as bearer, and a cookie that scripts and other sites never see', async () => {
  const { email, id, name } = await makeLogin('alice');
  for (const who of [email, email.toUpperCase(), name]) {
    const { status, json, headers } = await login(who);
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'bearer', account: { id, name, role: 'user' } });
    expect(headers.get('cache-control')).toBe('no-store');
    const set = headers.get('set-cookie')!;
    expect(set).toMatch(/^taskwire_session=[\w-]+\.[\w-]+\.[\w-]+; /);
    expect(set.split('; ')).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    const me = await service.get('/v1/auth/me', { authorization: `Bearer ${json.token}` });
    expect(me.json).toMatchObject({ account: { id }, plan: 'free', may_change_account: true });
    const byCookie = await service.get('/v1/auth/me', withCookie(cookieOf(headers)));
    expect(byCookie.json.account.id).toBe(id);
  }
});

test('behind TLS the cookie is sent over TLS only', async () => {
  const proxied = await serve({ env: { TASKWIRE_TRUST_PROXY: '1' } });
  const { email } = await makeLogin('tls', proxied);
  const { headers } = await login(email, password, { 'x-forwarded-proto': 'https' }, proxied);
  expect(headers.get('set-cookie')).toContain('Secure');
  await proxied.close();
});

test('whether an e-mail is known, has a password or is shut out is not told to who does not know the password', async () => {
  const known = await makeLogin('known');
  const out = await makeLogin('shut-out');
  await addAccount(service, 'no-password', { email: 'no-password@example.com' });
  await patch(service, `/v1/admin/accounts/${out.id}`, { active: false });
  const emails = [known.email, out.email, 'no-password@example.com', 'nobody@example.com', 'not an e-mail'];
  const answers = await Promise.all(emails.map((email) => login(email, 'a wrong guess')));
  const shapes = answers.map(({ status, json, headers }) => ({
    status,
    error: { ...json.error, request_id: '' },
    cookie: headers.get('set-cookie'),
    names: [...headers.keys()].sort(),
  }));
  for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  expect(shapes[0]).toMatchObject({ status: 401, error: { code: 'invalid_key' }, cookie: null });
  expect((await login(out.email)).json.error.code).toBe('account_inactive');
});

test('log-in has a rate of its own, the same for e-mails that are known and not', async () => {
  const strict = await serve();
  const { email } = await makeLogin('guessed', strict);
  for (const one of [email, 'nobody@example.com']) {
    for (let attempt = 1; attempt <= 10; attempt++)
      expect((await login(one, 'a wrong guess', {}, strict)).status).toBe(401);
    const refused = await login(one, password, {}, strict);
    expect([refused.status, refused.json.error.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500);
  }
  const time = freezeTime();
  // Set back meanwhile, which makes nobody wait longer.
  time.setWallClock(Date.now() - 3_600_000);
  time.pass(600_000);
  expect((await login(email, password, {}, strict)).status).toBe(200);
  time.thaw();
  await strict.close();
});

test('log-out ends the session, for its bearer and its cookie', async () => {
  const { email } = await makeLogin('leaver');
  const { json, headers } = await login(email);
  const cookie = cookieOf(headers);
  const out = await service.post('/v1/auth/logout', {}, withCookie(cookie, sameOrigin()));
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toMatch(/^taskwire_session=;.*Expires=Thu, 01 Jan 1970/);
  for (const shown of [{ authorization: `Bearer ${json.token}` }, withCookie(cookie)])
    expect((await service.get('/v1/auth/me', shown)).status).toBe(401);
  const stale = await service.post(
    '/v1/auth/logout',
    {},
    withCookie('taskwire_session=nonsense', sameOrigin()),
  );
  expect(stale.status).toBe(204);
});

test('a change of the password ends every session and leaves the keys', async () => {
  const account = await makeLogin('changer');
  const sessions = [await login(account.email), await login(account.email)];
  const bearer = { authorization: `Bearer ${sessions[0]!.json.token}` };
  const change = (current_password: string, new_password: string) =>
    service.post('/v1/auth/password', { current_password, new_password }, bearer);
  expect((await change('a wrong guess', 'battery staple')).json.error.param).toBe('current_password');
  expect((await change(password, 'short')).json.error.param).toBe('new_password');
  expect((await change(password, 'battery staple')).status).toBe(204);
  for (const { json } of sessions)
    expect((await service.get('/v1/auth/me', { authorization: `Bearer ${json.token}` })).status).toBe(401);
  expect((await login(account.email)).status).toBe(401);
  expect((await login(account.email, 'battery staple')).status).toBe(200);
  expect((await account.get('/v1/auth/me')).status).toBe(200);
});

test('an API key becomes a session cookie, which ends with the key and has its scopes', async () => {
  const key = await addKey(service, 'owner', { scopes: { tasks: ['weigh'] } });
  const opened = await key.post('/v1/auth/key', {});
  expect(opened.status).toBe(200);
  const cookie = withCookie(cookieOf(opened.headers), sameOrigin());
  expect((await service.get('/v1/auth/me', cookie)).json).toMatchObject({
    account: { id: 'owner' },
    may_change_account: false,
  });
  const echo = await service.post('/v1/inference/echo', { inputs: 'x' }, cookie);
  expect(echo.json.error.code).toBe('scope_forbidden');
  expect((await service.post('/v1/keys', { name: 'x' }, cookie)).status).toBe(403);
  await remove(service, `/v1/keys/${key.keyId}`);
  expect((await service.get('/v1/auth/me', cookie)).json.error.code).toBe('key_revoked');
  expect((await service.post('/v1/auth/key', {}, anyone)).status).toBe(401);
});

test("the owner's key opens the console: its cookie may administrate", async () => {
  const { headers } = await service.post('/v1/auth/key', {});
  const accounts = await service.get('/v1/admin/accounts', withCookie(cookieOf(headers)));
  expect(accounts.json.data).toContainEqual(expect.objectContaining({ id: 'owner', role: 'admin' }));
});

describe('a cookie', () => {
  let cookie: string;
  beforeAll(async () => {
    const { email } = await makeLogin('browser');
    cookie = cookieOf((await login(email)).headers);
  });
  const call = (headers: Record<string, string>) =>
    service.post('/v1/inference/echo', { inputs: 'x' }, withCookie(cookie, headers));

  test.each([
    ['says nothing', {}],
    ['comes from another site', { origin: 'https://evil.example' }],
    ['comes from another port', { origin: 'http://127.0.0.1:1' }],
    ['comes from nowhere', { origin: 'null' }],
    ['is cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['is same-site only', { 'sec-fetch-site': 'same-site' }],
    ['is cross-site and claims an origin', { 'sec-fetch-site': 'cross-site', origin: 'self' }],
  ])('changes nothing when the request %s', async (_, headers: Record<string, string>) => {
    const sent = headers.origin === 'self' ? { ...headers, ...sameOrigin() } : headers;
    for (const answer of [
      await call(sent),
      await service.post('/v1/keys', { name: 'x' }, withCookie(cookie, sent)),
      await service.post('/v1/auth/logout', {}, withCookie(cookie, sent)),
    ])
      expect([answer.status, answer.json.error.code]).toEqual([403, 'scope_forbidden']);
    expect((await service.get('/v1/auth/me', withCookie(cookie))).status).toBe(200);
  });

  test('works from pages of ours', async () => {
    expect((await call(sameOrigin())).status).toBe(200);
    expect((await call({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('reads without proof, but no other site may read along', async () => {
    const answer = await service.get('/v1/keys', withCookie(cookie, { origin: 'https://evil.example' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*'); // with which browsers hide what cookies got
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('is not looked at beside an Authorization header', async () => {
    const wrong = { authorization: 'Bearer inf_wrong', cookie, ...sameOrigin() };
    expect((await service.post('/v1/inference/echo', { inputs: 'x' }, wrong)).status).toBe(401);
  });

  test('a bearer call comes from anywhere', async () => {
    const answer = await service.post(
      '/v1/inference/echo',
      { inputs: 'x' },
      { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
    );
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });
});

test("another site logs nobody in, neither with a password nor with a key of the attacker's", async () => {
  const { email } = await makeLogin('victim');
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    expect((await login(email, password, headers)).status).toBe(403);
    expect((await service.post('/v1/auth/key', {}, headers)).status).toBe(403);
  }
  const form = new FormData();
  form.set('email', email);
  form.set('password', password);
  expect((await service.post('/v1/auth/login', form, anyone)).status).toBe(415);
});

describe('sign-up', () => {
  const signup = (on: Served, fields: object) => on.post('/v1/auth/signup', { password, ...fields }, anyone);
  const withSignup = (mode: string, options: ServeOptions = {}) =>
    serve({ ...options, env: { TASKWIRE_SIGNUP: mode } });

  test('is off unless it is on', async () => {
    const { status, json } = await signup(service, { email: 'new@example.com' });
    expect([status, json.error.code]).toEqual([403, 'feature_disabled']);
  });

  test('makes an account on the free plan, and answers alike when there is one already', async () => {
    const open = await withSignup('open');
    const first = await signup(open, { email: 'New@Example.com ' });
    const again = await signup(open, { email: 'new@example.com', password: 'another password' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    expect((await login('new@example.com', 'another password', {}, open)).status).toBe(401);
    const { json } = await login('new@example.com', password, {}, open);
    const me = await open.get('/v1/auth/me', { authorization: `Bearer ${json.token}` });
    expect(me.json).toMatchObject({ account: { role: 'user' }, plan: 'free', billing: 'quota' });
    for (const fields of [{ email: 'x' }, { email: 'a@b.c', password: 'short' }, {}])
      expect((await signup(open, fields)).status).toBe(400);
    await open.close();
  });

  test('by invitation takes a code, once', async () => {
    const invited = await withSignup('invite');
    const { code } = (await invited.post('/v1/admin/invites', {})).json;
    expect((await signup(invited, { email: 'a@example.com' })).json.error.param).toBe('invite');
    expect((await signup(invited, { email: 'a@example.com', invite: 'made up' })).status).toBe(400);
    expect((await signup(invited, { email: 'a@example.com', invite: code })).status).toBe(201);
    expect((await signup(invited, { email: 'b@example.com', invite: code })).status).toBe(400);
    expect((await login('a@example.com', password, {}, invited)).status).toBe(200);
    await invited.close();
  });

  test("by a team's invitation joins the team", async () => {
    const invited = await withSignup('invite');
    const boss = await addAccount(invited, 'boss');
    const team = await invited.post('/v1/admin/teams', { name: 'crew', owner: 'boss' });
    const { code } = (await boss.post('/v1/team/invites', {})).json;
    await signup(invited, { email: 'a@example.com', invite: code });
    const { json } = await login('a@example.com', password, {}, invited);
    const me = clientOf(invited.url, json.token);
    expect((await me.get('/v1/team')).json).toMatchObject({ id: team.json.id, plan: 'team', seats: 2 });
    await invited.close();
  });
});
