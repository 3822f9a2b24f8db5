/** Passwords: argon2id, off the event loop, and the same work whether or not there is one to compare with. */

import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Of one that is set. */
export const passwordCharacters = { least: 8, most: 256 } as const;

/** OWASP's recommendation for argon2id (what the package does unless told otherwise): 19 MiB, two passes, one lane. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, options);

let nobody: Promise<string> | undefined;

/** Without a stored hash a password is compared with one that nobody knows, so that the answer takes as long. */
export const matchesPassword = async (password: string, stored: string | undefined): Promise<boolean> => {
  nobody ??= hashPassword(randomBytes(32).toString('hex'));
  const right = await verify(stored ?? (await nobody), password);
  return right && stored !== undefined;
};
