import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unlimited } from '../../../src/admission/plans.js';
import { openOwnerKey, registerOwner } from '../../../src/identity/owner.js';
import { openIdentity } from '../../helpers/identity.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const make = () => openOwnerKey(join(temporaryFolder(), 'not', 'yet', 'there'));

test('the first start makes a key of 32 random bytes that only its owner may read', () => {
  const { key, path, isNew } = make();
  expect(isNew).toBe(true);
  expect(key).toMatch(/^inf_[0-9a-f]{64}$/);
  expect(readFileSync(path, 'utf8')).toBe(`${key}\n`);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(make().key).not.toBe(key);
});

test('a later start reads it', () => {
  const folder = temporaryFolder();
  const { key } = openOwnerKey(folder);
  expect(openOwnerKey(folder)).toMatchObject({ key, isNew: false });
});

test('a file that a full disk left empty is no key: one is made', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'owner.key'), '');
  const made = openOwnerKey(folder);
  expect(made).toMatchObject({ key: expect.stringMatching(/^inf_[0-9a-f]{64}$/), isNew: true });
  expect(openOwnerKey(folder)).toMatchObject({ key: made.key, isNew: false });
});

test('the owner is an administrator without limits, also with a key of an earlier version, and is registered once', async () => {
  const { store, authenticator } = await openIdentity();
  const folder = temporaryFolder();
  const key = `inf_${'a'.repeat(43)}`;
  writeFileSync(join(folder, 'owner.key'), `${key}\n`);
  await registerOwner(store, openOwnerKey(folder));
  expect(await registerOwner(store, openOwnerKey(folder))).toMatchObject({ key, isNew: false });
  const caller = await authenticator.authenticate(`Bearer ${key}`);
  expect(caller).toMatchObject({ account: 'owner', role: 'admin', scopes: {}, caps: [] });
  expect(caller.payer).toEqual({ id: 'owner', plan: unlimited, billing: 'quota', seats: 1 });
  expect(await store.keys.list('owner')).toHaveLength(1);
});

test('another key in the file puts the one before out of use', async () => {
  const { store, authenticator } = await openIdentity();
  const folder = temporaryFolder();
  const { key } = await registerOwner(store, openOwnerKey(folder));
  writeFileSync(join(folder, 'owner.key'), `inf_${'b'.repeat(64)}\n`);
  await registerOwner(store, openOwnerKey(folder));
  await expect(authenticator.authenticate(`Bearer ${key}`)).rejects.toMatchObject({ code: 'key_revoked' });
  expect((await authenticator.authenticate(`Bearer inf_${'b'.repeat(64)}`)).account).toBe('owner');
});

test('a second data folder on the same store has a key of its own', async () => {
  const { store, authenticator } = await openIdentity();
  const owners = [temporaryFolder(), temporaryFolder()].map(openOwnerKey);
  for (const owner of owners) await registerOwner(store, owner);
  for (const { key } of owners)
    expect((await authenticator.authenticate(`Bearer ${key}`)).account).toBe('owner');
});

test("a key that was revoked is replaced, so that the service's owner is never shut out", async () => {
  const { store, authenticator } = await openIdentity();
  const folder = temporaryFolder();
  const first = await registerOwner(store, openOwnerKey(folder));
  const [made] = await store.keys.list('owner');
  await store.keys.revoke(made!.id, undefined, 'cli');
  const second = await registerOwner(store, openOwnerKey(folder));
  expect(second.isNew).toBe(true);
  expect(readFileSync(second.path, 'utf8')).toBe(`${second.key}\n`);
  expect(second.key).not.toBe(first.key);
  expect((await authenticator.authenticate(`Bearer ${second.key}`)).account).toBe('owner');
});
