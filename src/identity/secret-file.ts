/** A secret that the first start makes and all later ones read; only the owner of the files may. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface SecretFile {
  readonly text: string;
  /** Made now. */
  readonly isNew: boolean;
}

/** An empty file is what a full disk left of one: it holds no secret. */
export const openSecretFile = (path: string, make: () => string): SecretFile => {
  mkdirSync(dirname(path), { recursive: true });
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (text !== '') return { text, isNew: false };
  rmSync(path, { force: true });
  const made = make();
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another process started at the same moment.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return openSecretFile(path, make);
    throw error;
  }
  return { text: made, isNew: true };
};
