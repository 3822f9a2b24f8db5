/** The service's first account: its owner, whose key is made at the first start and has no limits. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TaskwireError } from '../errors.js';
import type { Admission, Caller } from './admission.js';

export interface OwnerKey {
  readonly key: string;
  readonly path: string;
  /** Made by this start. */
  readonly isNew: boolean;
}

/** Reads `<data dir>/owner.key`, or makes it: 32 random bytes, readable by the owner of the files alone. */
export const openOwnerKey = (dataDir: string): OwnerKey => {
  const path = join(dataDir, 'owner.key');
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(path)) return { key: readFileSync(path, 'utf8').trim(), path, isNew: false };
  const key = `inf_${randomBytes(32).toString('base64url')}`;
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { key, path, isNew: true };
};

const digest = (key: string): string => createHash('sha256').update(key).digest('base64');

/** Admits the owner and nobody else; nothing is limited or charged. */
export const ownerAdmission = ({ key }: OwnerKey): Admission => {
  const owner: Caller = { account: 'owner', keyId: 'owner' };
  const ownerDigest = digest(key);
  return {
    async authenticate(authorization) {
      // Digests are compared, so the time taken says nothing about the key.
      if (digest(readBearer(authorization)) !== ownerDigest) throw new TaskwireError('invalid_key');
      return owner;
    },
    async rate() {},
    async admit() {
      return {
        trueUp() {},
        async settle() {
          return { costMicroUsd: 0 };
        },
      };
    },
  };
};

/** The credential of an `Authorization` header; the scheme's case does not matter. */
const readBearer = (authorization: string | undefined): string => {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (token) return token;
  throw new TaskwireError('invalid_key', {
    message: authorization
      ? 'The Authorization header is malformed.'
      : 'The Authorization header is missing.',
    allowed: 'Authorization: Bearer inf_…',
  });
};
