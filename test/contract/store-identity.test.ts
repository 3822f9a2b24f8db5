/** Accounts, keys, sessions and teams as the store keeps them, the same on every database. */
import type { NewAccount } from '../../src/store/accounts.js';
import type { NewKey } from '../../src/store/keys.js';
import { describeStores } from '../helpers/databases.js';

const account = (name: string, fields: Partial<NewAccount> = {}): NewAccount => ({
  id: `acc_${name}`,
  name,
  role: 'user',
  plan: 'free',
  billing: 'quota',
  ...fields,
});

const key = (name: string, fields: Partial<NewKey> = {}): NewKey => ({
  id: `key_${name}`,
  account: 'alice',
  name,
  digest: `digest of ${name}`,
  prefix: 'inf_00000000',
  ...fields,
});

describeStores('identity', ({ open, newUrl, sql }) => {
  test('an account is found by id, name and e-mail, and its name and e-mail are its own', async () => {
    const store = await open(await newUrl());
    const alice = await store.accounts.create(account('alice', { email: 'alice@example.com' }), 'test');
    expect(alice).toMatchObject({ id: 'acc_alice', inferenceEnabled: true, deactivatedAt: undefined });
    expect(await store.accounts.find('alice')).toEqual(alice);
    expect(await store.accounts.find('acc_alice')).toEqual(alice);
    expect((await store.accounts.byLogin('alice@example.com'))?.account).toEqual(alice);
    expect((await store.accounts.byLogin('alice'))?.account).toEqual(alice);
    expect(await store.accounts.byLogin('nobody')).toBeUndefined();
    await expect(store.accounts.find('nobody')).rejects.toMatchObject({ code: 'route_not_found' });
    const taken = [account('alice', { id: 'acc_2' }), account('other', { email: 'alice@example.com' })];
    for (const [one, param] of [
      [taken[0]!, 'name'],
      [taken[1]!, 'email'],
    ] as const)
      await expect(store.accounts.create(one, 'test')).rejects.toMatchObject({
        code: 'invalid_field',
        param,
      });
    for (const one of taken) expect(await store.accounts.tryCreate(one, 'test')).toBe(false);
    expect(await store.accounts.ensure(taken[0]!, 'test')).toEqual(alice);
    // Any number may have none.
    await store.accounts.create(account('b'), 'test');
    await store.accounts.create(account('c'), 'test');
  });

  test('a name that looks like an e-mail does not stand in the way of who has it', async () => {
    const store = await open(await newUrl());
    await store.accounts.create(account('bob@example.com'), 'test');
    await store.accounts.create(account('bob', { email: 'bob@example.com' }), 'test');
    expect((await store.accounts.byLogin('Bob@Example.com'))?.account.name).toBe('bob');
    expect((await store.accounts.byLogin('bob@example.com'))?.account.name).toBe('bob');
  });

  test('of many that make the same account at once, one does, and all get it', async () => {
    const store = await open(await newUrl());
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.accounts.ensure(account('same', { id: `acc_${i}` }), 'test')),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await store.audit.list({ subject: made[0]!.id, limit: 10 })).toHaveLength(1);
  });

  test('a key brings its account and team along, whichever way it is found', async () => {
    const store = await open(await newUrl());
    await store.accounts.create(account('alice'), 'test');
    await store.accounts.create(account('bob'), 'test');
    const limits = { tasks: ['echo'], models: [], requestsPerMinute: 7, monthlySpendMicroUsd: 9e12 };
    const made = await store.keys.create(
      key('one', { ...limits, signsTokens: true, expiresAt: 9e12 }),
      'test',
    );
    expect(made).toMatchObject({ account: 'acc_alice', ...limits, signsTokens: true, expiresAt: 9e12 });
    const team = { id: 'team_1', name: 'crew', plan: 'team', billing: 'credit', owner: 'alice' } as const;
    await store.teams.create(team, 'test');
    await store.teams.join({ team: 'team_1', account: 'acc_bob', role: 'member' });
    const identity = await store.keys.byDigest('digest of one');
    expect(identity).toEqual({
      account: await store.accounts.find('alice'),
      team: { id: 'team_1', plan: 'team', billing: 'credit', seats: 2 },
      key: made,
      sessionEndedAt: undefined,
    });
    expect(await store.keys.byId('key_one')).toEqual(identity);
    for (const who of ['alice', 'acc_alice']) expect(await store.keys.byName(who, 'one')).toEqual([identity]);
    expect(await store.keys.byName('bob', 'one')).toEqual([]);
    expect(await store.keys.byDigest('digest of two')).toBeUndefined();
  });

  test('a key is revoked by its account or by anybody who may name none, once', async () => {
    const store = await open(await newUrl());
    for (const name of ['alice', 'bob']) await store.accounts.create(account(name), 'test');
    await store.keys.create(key('one'), 'test');
    await expect(store.keys.revoke('key_one', 'acc_bob', 'test')).rejects.toThrow('There is no key');
    await store.keys.touch([['key_one', 123]]);
    await store.keys.revoke('key_one', 'acc_alice', 'test');
    const [revoked] = await store.keys.list('alice');
    expect(revoked).toMatchObject({ lastUsedAt: 123, revokedAt: expect.any(Number) });
    await store.keys.revoke('key_one', undefined, 'test');
    expect(await store.keys.list('alice')).toEqual([revoked]);
    expect((await store.audit.list({ subject: 'key_one', limit: 10 })).map(({ action }) => action)).toEqual([
      'key.revoke',
      'key.create',
    ]);
  });

  test('sessions end one by one, with a new password, and with the account', async () => {
    const store = await open(await newUrl());
    await store.accounts.create(account('alice'), 'test');
    const expiresAt = Date.now() + 1e6;
    const openSession = (id: string) =>
      store.sessions.open({ id, account: 'acc_alice', keyId: undefined, expiresAt });
    const ended = async (id: string) => (await store.keys.bySession(id))?.sessionEndedAt !== undefined;
    for (const id of ['ses_1', 'ses_2']) await openSession(id);
    await store.sessions.end('ses_1');
    expect([await ended('ses_1'), await ended('ses_2')]).toEqual([true, false]);
    await store.accounts.change('alice', { passwordHash: 'hash' }, 'test');
    expect(await ended('ses_2')).toBe(true);
    await openSession('ses_3');
    await store.accounts.change('alice', { plan: 'pro' }, 'test');
    expect(await ended('ses_3')).toBe(false);
    await store.accounts.change('alice', { active: false }, 'test');
    expect(await ended('ses_3')).toBe(true);
    expect(await store.keys.bySession('ses_4')).toBeUndefined();
  });

  test('an invitation is used once, also by many at once', async () => {
    const store = await open(await newUrl());
    await store.teams.invite({ digest: 'code', role: 'member', expiresAt: Date.now() + 1e6 }, 'test');
    await store.teams.invite({ digest: 'late', role: 'member', expiresAt: Date.now() - 1 }, 'test');
    const redeemed = await Promise.all(Array.from({ length: 8 }, () => store.teams.redeem('code')));
    expect(redeemed.filter((one) => one !== undefined)).toEqual([{ team: undefined, role: 'member' }]);
    expect(await store.teams.redeem('late')).toBeUndefined();
  });

  test('an account is in one team at most, and what fails leaves nothing behind', async () => {
    const store = await open(await newUrl());
    await store.accounts.create(account('alice'), 'test');
    const team = { id: 'team_1', name: 'crew', plan: 'team', billing: 'quota', owner: 'alice' } as const;
    await store.teams.create(team, 'test');
    await expect(store.teams.create({ ...team, id: 'team_2', name: 'other' }, 'test')).rejects.toThrow(
      'in a team',
    );
    expect((await store.teams.list()).map(({ id }) => id)).toEqual(['team_1']);
    expect(await store.audit.list({ subject: 'team_2', limit: 10 })).toEqual([]);
  });

  test('the audit log is only ever added to', async () => {
    const url = await newUrl();
    const store = await open(url);
    await store.accounts.create(account('alice'), 'test');
    for (const statement of ['update audit_log set actor = null', 'delete from audit_log'])
      await expect(sql(url, statement)).rejects.toThrow('only ever added to');
    expect(await store.audit.list({ limit: 10 })).toHaveLength(1);
  });
});
