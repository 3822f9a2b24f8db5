/** What a caller shows: an API key, or a token of ours. Only a key's digest ever leaves this file. */
import { createHash, randomBytes } from 'node:crypto';
import { TaskwireError } from '../errors.js';

/**
 * 32 random bytes. In hex a key is longer than a block of SHA-256, and HMAC replaces such a secret by its digest (RFC
 * 2104): what was signed with the key can be checked with the digest that is stored.
 */
export const newKey = (): string => `inf_${randomBytes(32).toString('hex')}`;

export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What a list of keys shows of one: 32 of its 256 bits. */
export const prefixOf = (key: string): string => key.slice(0, 12);

export type Credential =
  | { readonly kind: 'key'; readonly digest: string }
  | { readonly kind: 'token'; readonly token: string };

const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** From the header or, without one, from the session's cookie. Throws `invalid_key`. */
export const readCredential = (authorization: string | undefined, session?: string): Credential => {
  const shown = authorization === undefined && session ? session : readBearer(authorization);
  // DeepInfra's clients write a token so.
  const token = shown.replace(/^jwt:/, '');
  return threeParts.test(token) ? { kind: 'token', token } : { kind: 'key', digest: digestOf(shown) };
};

/** The scheme's case does not matter. */
const readBearer = (authorization: string | undefined): string => {
  const [, shown] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (shown) return shown;
  throw new TaskwireError('invalid_key', {
    message: authorization
      ? 'The Authorization header is malformed.'
      : 'The Authorization header is missing.',
    allowed: 'Authorization: Bearer inf_…',
  });
};
