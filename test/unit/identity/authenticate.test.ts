import { jest } from '@jest/globals';
import { openIdentity } from '../../helpers/identity.js';

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'in',
    (error: { code?: string }) => error.code,
  );

test('a key is taken whatever the case of the scheme and the spaces around it', async () => {
  const { makeKey, authenticator } = await openIdentity();
  const { key, record } = await makeKey('alice');
  for (const header of [`Bearer ${key}`, `bearer   ${key}`, `BEARER ${key}  `])
    expect(await authenticator.authenticate(header)).toMatchObject({ name: 'alice', keyId: record.id });
});

test('anything else is an invalid key, and what came is not repeated', async () => {
  const { makeKey, authenticator } = await openIdentity();
  const { key, record } = await makeKey('alice');
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    key,
    `Basic ${key}`,
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key} ${key}`,
    `Bearer ${record.digest}`,
    'Bearer inf_0000000000000000000000000000000000000000000',
    'Bearer \u00ff',
  ];
  for (const header of wrong) {
    const error = await authenticator.authenticate(header).catch((caught) => caught);
    expect([header, error.code]).toEqual([header, 'invalid_key']);
    expect(error.message).not.toContain('inf_0000');
    expect(error.message).not.toContain(key);
  }
});

test('wrong keys of every kind take the same way: one look for a digest, never for the key', async () => {
  const { makeKey, authenticator, store } = await openIdentity();
  const { key } = await makeKey('alice');
  const asked = jest.spyOn(store.keys, 'byDigest');
  const wrong = [`${key.slice(0, -1)}x`, `inf_${'0'.repeat(64)}`, 'inf_', 'x', key.slice(0, 12)];
  for (const shown of wrong)
    expect(await code(authenticator.authenticate(`Bearer ${shown}`))).toBe('invalid_key');
  expect(asked.mock.calls.map(([digest]) => /^[0-9a-f]{64}$/.test(digest))).toEqual(wrong.map(() => true));
  expect(asked.mock.calls.flat().some((digest) => wrong.includes(digest))).toBe(false);
});

test('a busy key costs one query every two seconds, calls at the same moment share it', async () => {
  const { makeKey, authenticator, store, clock } = await openIdentity();
  const { key } = await makeKey('alice');
  const asked = jest.spyOn(store.keys, 'byDigest');
  const come = () => authenticator.authenticate(`Bearer ${key}`);
  await Promise.all(Array.from({ length: 20 }, come));
  await clock.advance(1_999);
  await come();
  expect(asked).toHaveBeenCalledTimes(1);
  await clock.advance(1);
  await come();
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a key made elsewhere is known at once, one revoked elsewhere is refused within two seconds', async () => {
  const { makeKey, authenticator, store, clock } = await openIdentity();
  const { key, record } = await makeKey('alice');
  const come = () => code(authenticator.authenticate(`Bearer ${key}`));
  expect(await come()).toBe('in');
  await store.keys.revoke(record.id, undefined, 'cli'); // as another process does
  await clock.advance(2_000);
  expect(await come()).toBe('key_revoked');
});

test('what is changed in this process holds at once', async () => {
  const { makeKey, authenticator, accounts } = await openIdentity();
  const { key, record } = await makeKey('alice');
  const caller = () => authenticator.authenticate(`Bearer ${key}`);
  expect((await caller()).payer.plan.name).toBe('free');
  await accounts.change('alice', { plan: 'pro', billing: 'credit' }, 'test');
  expect((await caller()).payer).toMatchObject({ plan: { name: 'pro' }, billing: 'credit' });
  await accounts.change('alice', { inferenceEnabled: false }, 'test');
  expect((await caller()).inferenceEnabled).toBe(false);
  await accounts.change('alice', { active: false }, 'test');
  expect(await code(caller())).toBe('account_inactive');
  await accounts.change('alice', { active: true }, 'test');
  expect(await code(caller())).toBe('in');
  await accounts.revokeKey(record.id, undefined, 'test');
  expect(await code(caller())).toBe('key_revoked');
});

test("a member calls under the team's plan and billing, and counts as a seat", async () => {
  const { makeKey, authenticator, accounts } = await openIdentity();
  const alice = await makeKey('alice');
  const bob = await makeKey('bob');
  const team = await accounts.createTeam(
    { name: 'crew', owner: 'alice', plan: 'team', billing: 'credit' },
    'test',
  );
  const payer = async (key: string) => (await authenticator.authenticate(`Bearer ${key}`)).payer;
  expect(await payer(alice.key)).toMatchObject({
    id: team.id,
    plan: { name: 'team' },
    billing: 'credit',
    seats: 1,
  });
  expect(await payer(bob.key)).toMatchObject({ id: bob.record.account, plan: { name: 'free' } });
  await accounts.join(team.id, bob.record.account, 'member');
  expect(await payer(bob.key)).toEqual(await payer(alice.key));
  expect((await payer(bob.key)).seats).toBe(2);
  await accounts.removeMember(team.id, 'bob', 'test');
  expect((await payer(bob.key)).id).toBe(bob.record.account);
});

test('a failure of the store is no refusal, and is not kept', async () => {
  const { makeKey, authenticator, store } = await openIdentity();
  const { key } = await makeKey('alice');
  jest.spyOn(store.keys, 'byDigest').mockRejectedValueOnce(new Error('the disk is gone'));
  await expect(authenticator.authenticate(`Bearer ${key}`)).rejects.toThrow('the disk is gone');
  expect(await code(authenticator.authenticate(`Bearer ${key}`))).toBe('in');
});
