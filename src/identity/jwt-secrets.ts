/** The secrets that sign sessions and scoped tokens. The first signs; all verify, so one is replaced by putting another before it. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openSecretFile } from './secret-file.js';

export interface JwtSecret {
  /** Names the secret in a token's header, and tells nothing of it. */
  readonly id: string;
  readonly secret: string;
}

const leastCharacters = 32;

/** From `TASKWIRE_JWT_SECRET`, or from `<data dir>/jwt.secret` (a secret a line), which the first start makes. */
export const openJwtSecrets = (given: readonly string[], dataDir: string): readonly JwtSecret[] => {
  const path = join(dataDir, 'jwt.secret');
  const secrets = given.length > 0 ? given : linesOf(openSecretFile(path, newSecret).text);
  if (secrets.some(({ length }) => length < leastCharacters)) {
    const place = given.length > 0 ? 'TASKWIRE_JWT_SECRET' : path;
    throw new Error(`${place}: every secret needs at least ${leastCharacters} characters`);
  }
  return secrets.map((secret) => ({ id: idOf(secret), secret }));
};

const newSecret = (): string => randomBytes(32).toString('hex');

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

const idOf = (secret: string): string =>
  createHash('sha256').update(`taskwire jwt secret ${secret}`).digest('hex').slice(0, 16);
