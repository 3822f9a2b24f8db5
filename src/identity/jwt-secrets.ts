/** The secrets that sign sessions and scoped tokens. The first signs; all verify, so one is replaced by putting another before it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface JwtSecret {
  /** Names the secret in a token's header, and tells nothing of it. */
  readonly id: string;
  readonly secret: string;
}

const leastCharacters = 32;

/** From `TASKWIRE_JWT_SECRET`, or from `<data dir>/jwt.secret` (a secret a line), which the first start makes. */
export const openJwtSecrets = (given: readonly string[], dataDir: string): readonly JwtSecret[] => {
  const secrets = given.length > 0 ? given : fromFile(join(dataDir, 'jwt.secret'));
  if (secrets.length === 0 || secrets.some(({ length }) => length < leastCharacters))
    throw new Error(`TASKWIRE_JWT_SECRET: every secret needs at least ${leastCharacters} characters`);
  return secrets.map((secret) => ({ id: idOf(secret), secret }));
};

const fromFile = (path: string): string[] => {
  mkdirSync(join(path, '..'), { recursive: true });
  if (!existsSync(path))
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
};

const idOf = (secret: string): string =>
  createHash('sha256').update(`taskwire jwt secret ${secret}`).digest('hex').slice(0, 16);
