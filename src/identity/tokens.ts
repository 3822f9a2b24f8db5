/**
 * JSON Web Tokens, HS256 and nothing else. A session token stands for a row of the store, which can be revoked; a
 * scoped token is minted for somebody else and carries its own limits. The header's `kid` picks the secret: one of
 * ours, or the API key that signed.
 */
import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { TaskwireError } from '../errors.js';
import type { JwtSecret } from './jwt-secrets.js';

export const sessionSeconds = 12 * 3600;
export const maxTokenSeconds = 366 * 86_400;

/** In micro-dollars still exact as a number. */
const mostUsd = 1e9;

const sessionAudience = 'taskwire:session';
const scopedAudience = 'taskwire:inference';

const sessionClaims = z.object({ jti: z.string(), sub: z.string(), exp: z.number() });
const scopedClaims = z.object({
  /** Whose key; in our own tokens beside the key's id. */
  sub: z.string().optional(),
  key: z.string().optional(),
  model: z.string().optional(),
  models: z.array(z.string()).optional(),
  /** US dollars. */
  spending_limit: z.number().min(0).max(mostUsd).optional(),
  exp: z.number(),
});

export interface ScopedToken {
  /** Names the token where its spending is counted: the same for every copy of it. */
  readonly id: string;
  readonly models: readonly string[] | undefined;
  readonly spendingLimitMicroUsd: number | undefined;
  readonly expiresAt: Date;
}

export interface NewScopedToken {
  readonly account: string;
  readonly keyId: string;
  readonly models?: readonly string[] | undefined;
  readonly spendingLimitUsd?: number | undefined;
  readonly expiresInSeconds: number;
}

/** Who signed, as the header says; to be believed only after `verify…`. */
export type Signer =
  | { readonly by: 'session'; readonly secret: string }
  | { readonly by: 'service'; readonly secret: string; readonly keyId: string }
  | { readonly by: 'key'; readonly account: string; readonly keyName: string };

const invalid = (message = 'The token is not valid.', cause?: unknown): TaskwireError =>
  new TaskwireError('invalid_key', { message, ...(cause === undefined ? {} : { cause }) });

/** `user:base64(key name)`; the user's id may hold colons. */
const keyIdForm = /^(.+):([A-Za-z0-9+/_-]+=*)$/;

export class Tokens {
  readonly #secrets: readonly JwtSecret[];

  constructor(secrets: readonly JwtSecret[]) {
    this.#secrets = secrets;
  }

  mintSession(id: string, account: string, expiresInSeconds = sessionSeconds): string {
    return this.#sign(
      {},
      { jwtid: id, subject: account, audience: sessionAudience, expiresIn: expiresInSeconds },
    );
  }

  mintScoped({ account, keyId, models, spendingLimitUsd, expiresInSeconds }: NewScopedToken): string {
    const claims = {
      key: keyId,
      ...(models ? { models } : {}),
      ...(spendingLimitUsd === undefined ? {} : { spending_limit: spendingLimitUsd }),
    };
    return this.#sign(claims, { subject: account, audience: scopedAudience, expiresIn: expiresInSeconds });
  }

  /** Reads the header. Throws `invalid_key`. */
  signerOf(token: string): Signer {
    const decoded = jwt.decode(token, { complete: true });
    const { kid, alg } = decoded?.header ?? {};
    if (alg !== 'HS256' || typeof kid !== 'string' || typeof decoded?.payload !== 'object') throw invalid();
    const secret = this.#secrets.find(({ id }) => id === kid)?.secret;
    const { aud, key } = decoded.payload as { aud?: unknown; key?: unknown };
    if (secret !== undefined) {
      if (aud === sessionAudience) return { by: 'session', secret };
      if (aud === scopedAudience && typeof key === 'string') return { by: 'service', secret, keyId: key };
      throw invalid();
    }
    const [, account, name] = keyIdForm.exec(kid) ?? [];
    const keyName = Buffer.from(name ?? '', 'base64').toString('utf8');
    // No name has NUL, and PostgreSQL cannot be asked for one.
    if (!account || !name || `${account}${keyName}`.includes('\0')) throw invalid();
    return { by: 'key', account, keyName };
  }

  /** The id of the session it stands for. */
  verifySession(token: string, secret: string): { readonly id: string; readonly account: string } {
    const { jti, sub } = sessionClaims.parse(verify(token, secret, sessionAudience));
    return { id: jti, account: sub };
  }

  /** Whether this secret made the signature, whatever the claims say. */
  isSignedBy(token: string, secret: Buffer): boolean {
    try {
      jwt.verify(token, secret, { algorithms: ['HS256'], ignoreExpiration: true, ignoreNotBefore: true });
      return true;
    } catch {
      return false;
    }
  }

  /** `secret`: one of ours, or the digest of the key that signed. */
  verifyScoped(token: string, secret: string | Buffer): ScopedToken {
    const claims = scopedClaims.safeParse(
      verify(token, secret, typeof secret === 'string' ? scopedAudience : undefined),
    );
    if (!claims.success) throw invalid('A claim of the token is missing or malformed.', claims.error);
    const { model, models, spending_limit: usd, exp } = claims.data;
    if (exp * 1000 > Date.now() + maxTokenSeconds * 1000)
      throw invalid('A token may be valid for a year at most.');
    return {
      id: tokenId(token),
      models: models ?? (model === undefined ? undefined : [model]),
      spendingLimitMicroUsd: usd === undefined ? undefined : Math.round(usd * 1e6),
      expiresAt: new Date(exp * 1000),
    };
  }

  #sign(claims: object, options: jwt.SignOptions): string {
    const { id, secret } = this.#secrets[0]!;
    return jwt.sign(claims, secret, { ...options, algorithm: 'HS256', keyid: id });
  }
}

const tokenId = (token: string): string =>
  `tok_${createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex')
    .slice(0, 32)}`;

const verify = (token: string, secret: string | Buffer, audience?: string): unknown => {
  try {
    return jwt.verify(token, secret, { algorithms: ['HS256'], ...(audience ? { audience } : {}) });
  } catch (cause) {
    throw invalid(cause instanceof jwt.TokenExpiredError ? 'The token has expired.' : undefined, cause);
  }
};
