import { hashPassword, matchesPassword } from '../../../src/identity/password.js';

test('a password matches its hash, which is argon2id with the recommended costs, and no other', async () => {
  const stored = await hashPassword('correct horse');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hashPassword('correct horse')).not.toBe(stored);
  expect(await matchesPassword('correct horse', stored)).toBe(true);
  expect(await matchesPassword('Correct horse', stored)).toBe(false);
  expect(await matchesPassword('', stored)).toBe(false);
});

test('without a stored hash nothing matches, and the work is done all the same', async () => {
  const stored = await hashPassword('correct horse');
  const workOf = async (hash: string | undefined) => {
    const { user, system } = process.cpuUsage();
    expect(await matchesPassword('a wrong guess', hash)).toBe(false);
    const now = process.cpuUsage();
    return now.user + now.system - user - system;
  };
  await workOf(undefined); // makes the hash that stands in
  // Filling 19 MiB twice takes milliseconds; finding that there is nothing to compare takes microseconds.
  let [known, unknown] = [Infinity, Infinity];
  for (let i = 0; i < 10; i++) {
    known = Math.min(known, await workOf(stored));
    unknown = Math.min(unknown, await workOf(undefined));
  }
  expect(unknown).toBeGreaterThan(known / 5);
});
