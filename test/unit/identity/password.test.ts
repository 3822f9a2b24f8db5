import { jest } from '@jest/globals';
import * as argon2 from '@node-rs/argon2';

/** As it is, with an ear at what passwords are compared with. */
const verify = jest.fn(argon2.verify);
jest.unstable_mockModule('@node-rs/argon2', () => ({ hash: argon2.hash, verify }));
const { hashPassword, matchesPassword } = await import('../../../src/identity/password.js');

/** Algorithm, version and costs. */
const terms = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

test('a password matches its hash, which is argon2id with the recommended costs, and no other', async () => {
  const stored = await hashPassword('correct horse');
  expect(stored).toMatch(terms);
  expect(await hashPassword('correct horse')).not.toBe(stored);
  expect(await matchesPassword('correct horse', stored)).toBe(true);
  expect(await matchesPassword('Correct horse', stored)).toBe(false);
  expect(await matchesPassword('', stored)).toBe(false);
});

test('without a stored hash nothing matches, and the work is done all the same', async () => {
  verify.mockClear();
  expect(await matchesPassword('a wrong guess', undefined)).toBe(false);
  expect(verify.mock.calls).toEqual([[expect.stringMatching(terms), 'a wrong guess']]);
});
