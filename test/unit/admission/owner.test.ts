import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openOwnerKey, ownerAdmission } from '../../../src/admission/owner.js';
import type { TaskwireError } from '../../../src/errors.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const make = () => openOwnerKey(join(temporaryFolder(), 'not', 'yet', 'there'));

test('the first start makes a key of 32 random bytes that only its owner may read', () => {
  const { key, path, isNew } = make();
  expect(isNew).toBe(true);
  expect(key).toMatch(/^inf_[A-Za-z0-9_-]{43}$/);
  expect(readFileSync(path, 'utf8')).toBe(`${key}\n`);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(make().key).not.toBe(key);
});

test('a later start reads it', () => {
  const folder = temporaryFolder();
  const { key } = openOwnerKey(folder);
  expect(openOwnerKey(folder)).toMatchObject({ key, isNew: false });
});

test('the key is taken whatever the case of the scheme and the spaces around it', async () => {
  const owner = make();
  const { authenticate } = ownerAdmission(owner);
  for (const header of [`Bearer ${owner.key}`, `bearer   ${owner.key}`, `BEARER ${owner.key}  `])
    expect(await authenticate(header)).toEqual({ account: 'owner', keyId: 'owner' });
});

test('anything else is an invalid key, and what came is not repeated', async () => {
  const owner = make();
  const { authenticate } = ownerAdmission(owner);
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    owner.key,
    `Basic ${owner.key}`,
    `Bearer ${owner.key}x`,
    `Bearer ${owner.key.slice(0, -1)}`,
    `Bearer ${owner.key} ${owner.key}`,
    'Bearer inf_0000000000000000000000000000000000000000000',
    'Bearer \u00ff',
  ];
  for (const header of wrong) {
    const error = (await authenticate(header).catch((caught: unknown) => caught)) as TaskwireError;
    expect(error.code).toBe('invalid_key');
    expect(error.message).not.toContain('inf_0000');
    expect(error.message).not.toContain(owner.key);
  }
});
