import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { openJwtSecrets } from '../../../src/identity/jwt-secrets.js';
import { maxTokenSeconds, Tokens } from '../../../src/identity/tokens.js';
import { openIdentity, testSecret } from '../../helpers/identity.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hour = 3600;
const inAnHour = () => Math.floor(Date.now() / 1000) + hour;
const kid = openJwtSecrets([testSecret], '')[0]!.id;

/** A session that is in order, and the means to forge one. */
const openSession = async () => {
  const identity = await openIdentity();
  const { id: account } = await identity.accounts.ensure({ name: 'alice', plan: 'free' }, 'test');
  const expiresAt = Date.now() + hour * 1000;
  await identity.store.sessions.open({ id: 'ses_1', account, keyId: undefined, expiresAt });
  const claims = { aud: 'taskwire:session', sub: account, jti: 'ses_1', exp: inAnHour() };
  const come = (token: string) => identity.authenticator.authenticate(`Bearer ${token}`);
  return { ...identity, account, claims, come };
};

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'in',
    (error: { code?: string }) => error.code,
  );

/** By hand, so that nothing of the library's own care is in the way of a forgery. */
const forge = (header: object, claims: object, secret = testSecret, hash = 'sha256') => {
  const signed = `${base64(header)}.${base64(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
};

test('a session token comes in, forged ones do not', async () => {
  const { claims, come, tokens, account } = await openSession();
  expect(await come(tokens.mintSession('ses_1', account))).toMatchObject({ account, credential: 'session' });
  const header = { alg: 'HS256', typ: 'JWT', kid };
  expect(await come(forge(header, claims))).toMatchObject({ account }); // the forger's tools work
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const forgeries = {
    'no algorithm': `${base64({ ...header, alg: 'none' })}.${base64(claims)}.`,
    'no algorithm, with a signature': forge({ ...header, alg: 'none' }, claims),
    'an algorithm in other letters': forge({ ...header, alg: 'hs256' }, claims),
    'another hash with the right secret': forge({ ...header, alg: 'HS512' }, claims, testSecret, 'sha512'),
    'a public key as secret': forge({ ...header, alg: 'RS256' }, claims, pem),
    'an empty secret': forge(header, claims, ''),
    'another secret': forge(header, claims, 'another secret for tests that is long enough'),
    'no kid': forge({ alg: 'HS256' }, claims),
    'an unknown kid': forge({ ...header, kid: '0000000000000000' }, claims),
    'a kid that objects have': forge({ ...header, kid: '__proto__' }, claims),
    'a kid that is a path': forge({ ...header, kid: '../../dev/null' }, claims, ''),
    'a kid that is no text': forge({ ...header, kid: { id: kid } }, claims),
    'another audience': forge(header, { ...claims, aud: 'taskwire:inference' }),
    'no audience': forge(header, { ...claims, aud: undefined }),
    'another account': forge(header, { ...claims, sub: 'owner' }),
    'another session': forge(header, { ...claims, jti: 'ses_2' }),
    'an expiry that is past': forge(header, { ...claims, exp: Math.floor(Date.now() / 1000) - 1 }),
    'a payload that is no object': `${base64(header)}.${Buffer.from('"x"').toString('base64url')}.x`,
  };
  for (const [what, token] of Object.entries(forgeries))
    expect([what, await code(come(token))]).toEqual([what, 'invalid_key']);
});

test('a session that has ended does not come back, and neither does one of another secret', async () => {
  const { store, tokens, account, come, authenticator, accounts } = await openSession();
  const token = tokens.mintSession('ses_1', account);
  await store.sessions.end('ses_1');
  authenticator.forget();
  expect(await code(come(token))).toBe('invalid_key');
  await store.sessions.open({ id: 'ses_2', account, keyId: undefined, expiresAt: Date.now() + 1e6 });
  const second = tokens.mintSession('ses_2', account);
  expect(await code(come(second))).toBe('in');
  await accounts.change(account, { password: 'a new password' }, 'test');
  expect(await code(come(second))).toBe('invalid_key');
});

test('a secret is replaced by putting another before it', async () => {
  const [oldSecret, newSecret] = ['o'.repeat(32), 'n'.repeat(32)];
  const before = new Tokens(openJwtSecrets([oldSecret], ''));
  const during = new Tokens(openJwtSecrets([newSecret, oldSecret], ''));
  const after = new Tokens(openJwtSecrets([newSecret], ''));
  const token = before.mintSession('ses_1', 'acc_1');
  expect(during.signerOf(token)).toEqual({ by: 'session', secret: oldSecret });
  expect(during.signerOf(during.mintSession('ses_1', 'acc_1'))).toEqual({ by: 'session', secret: newSecret });
  expect(() => after.signerOf(token)).toThrow('The token is not valid.');
});

test('a signer whose name no account or key can have is nobody', () => {
  const tokens = new Tokens(openJwtSecrets([testSecret], ''));
  for (const name of [
    `al\0ice:${Buffer.from('default').toString('base64')}`,
    `alice:${Buffer.from('a\0b').toString('base64')}`,
  ]) {
    const token = forge({ alg: 'HS256', typ: 'JWT', kid: name }, { exp: inAnHour() });
    expect(() => tokens.signerOf(token)).toThrow('The token is not valid.');
  }
});

test('a secret is made once, kept where only its owner may read it, and has to be long', () => {
  const folder = temporaryFolder();
  const [made] = openJwtSecrets([], folder);
  const path = join(folder, 'jwt.secret');
  expect(readFileSync(path, 'utf8')).toBe(`${made!.secret}\n`);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(openJwtSecrets([], folder)).toEqual([made]);
  expect(made!.id).not.toContain(made!.secret.slice(0, 8));
  mkdirSync(join(folder, 'other'));
  expect(openJwtSecrets([], join(folder, 'other'))[0]!.secret).not.toBe(made!.secret);
  expect(() => openJwtSecrets(['short'], folder)).toThrow('TASKWIRE_JWT_SECRET');
  writeFileSync(path, 'short\n');
  expect(() => openJwtSecrets([], folder)).toThrow(`${path}: every secret needs at least 32 characters`);
  // What a full disk left.
  writeFileSync(path, '');
  expect(openJwtSecrets([], folder)).toEqual(openJwtSecrets([], folder));
});

describe('a token that the holder of a key signs', () => {
  /** As DeepInfra's documents have it: HS256, the key itself as secret. */
  const sign = (key: string, user: string, name: string, claims: object) =>
    jwt.sign(claims, key, {
      algorithm: 'HS256',
      keyid: `${user}:${Buffer.from(name).toString('base64')}`,
      noTimestamp: true,
    });

  test('comes in with the models, the time and the sum that it says', async () => {
    const { makeKey, authenticator } = await openIdentity();
    const { key, record } = await makeKey('alice', { name: 'auto: α', signsTokens: true });
    const claims = { sub: 'alice', models: ['a/b'], spending_limit: 1.5, exp: inAnHour() };
    for (const user of ['alice', record.account]) {
      const token = sign(key, user, 'auto: α', claims);
      for (const shown of [token, `jwt:${token}`]) {
        const caller = await authenticator.authenticate(`Bearer ${shown}`);
        expect(caller).toMatchObject({
          account: record.account,
          keyId: record.id,
          credential: 'token',
          scopes: { models: ['a/b'] },
          caps: [{ subject: expect.stringMatching(/^token:tok_/), period: 'ever', limitMicroUsd: 1_500_000 }],
        });
      }
    }
    const single = sign(key, 'alice', 'auto: α', { model: 'c/d', exp: inAnHour() });
    expect(await authenticator.authenticate(`Bearer ${single}`)).toMatchObject({
      scopes: { models: ['c/d'] },
    });
  });

  test('is refused where the key was not made for it, so that stored digests sign nothing', async () => {
    const { makeKey, authenticator } = await openIdentity();
    const { key } = await makeKey('alice');
    const token = sign(key, 'alice', 'default', { exp: inAnHour() });
    const refused = await authenticator.authenticate(`Bearer ${token}`).catch((error) => error);
    expect([refused.code, refused.message]).toEqual([
      'scope_forbidden',
      expect.stringContaining('signs_tokens'),
    ]);
  });

  test('is refused with any other key, name, time or claim', async () => {
    const { makeKey, authenticator, accounts } = await openIdentity();
    const { key, record } = await makeKey('alice', { signsTokens: true });
    const other = await makeKey('bob', { signsTokens: true });
    const good = { exp: inAnHour() };
    const come = (token: string) => code(authenticator.authenticate(`Bearer ${token}`));
    expect(await come(sign(key, 'alice', 'default', good))).toBe('in');
    const wrong = [
      sign(other.key, 'alice', 'default', good),
      sign(key, 'bob', 'default', good),
      sign(key, 'alice', 'another', good),
      sign(key, 'nobody', 'default', good),
      sign(record.digest, 'alice', 'default', good), // the digest as text is no secret
      sign(key, 'alice', 'default', {}),
      sign(key, 'alice', 'default', { exp: Math.floor(Date.now() / 1000) - 1 }),
      sign(key, 'alice', 'default', { exp: Math.floor(Date.now() / 1000) + maxTokenSeconds + 60 }),
      sign(key, 'alice', 'default', { ...good, spending_limit: -1 }),
      sign(key, 'alice', 'default', { ...good, spending_limit: 1e300 }),
      sign(key, 'alice', 'default', { ...good, models: 'a/b' }),
    ];
    for (const token of wrong) expect(await come(token)).toBe('invalid_key');
    const token = sign(key, 'alice', 'default', good);
    await accounts.revokeKey(record.id, undefined, 'test');
    expect(await come(token)).toBe('key_revoked');
  });

  test('narrows its key and never widens it', async () => {
    const { makeKey, authenticator } = await openIdentity();
    const { key } = await makeKey('alice', {
      signsTokens: true,
      tasks: ['echo'],
      models: ['a', 'b'],
      monthlySpendMicroUsd: 5,
    });
    const come = (claims: object) =>
      authenticator.authenticate(`Bearer ${sign(key, 'alice', 'default', { exp: inAnHour(), ...claims })}`);
    expect((await come({ models: ['b', 'c'] })).scopes).toEqual({ tasks: ['echo'], models: ['b'] });
    expect((await come({})).scopes).toEqual({ tasks: ['echo'], models: ['a', 'b'] });
    expect((await come({ spending_limit: 1 })).caps.map(({ limitMicroUsd }) => limitMicroUsd)).toEqual([
      5, 1e6,
    ]);
  });
});
