/** The service's first account: its owner, whose key is made at the first start and has no limits. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Store } from '../store/store.js';
import { digestOf, newKey, prefixOf } from './credential.js';
import { openSecretFile } from './secret-file.js';

export interface OwnerKey {
  readonly key: string;
  readonly path: string;
  /** Made by this start. */
  readonly isNew: boolean;
}

/** Reads `<data dir>/owner.key`, or makes it: 32 random bytes. */
export const openOwnerKey = (dataDir: string): OwnerKey => {
  const path = join(dataDir, 'owner.key');
  const { text, isNew } = openSecretFile(path, newKey);
  return { key: text, path, isNew };
};

const replaceKey = ({ path }: OwnerKey): OwnerKey => {
  const key = newKey();
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  return { key, path, isNew: true };
};

/** The id and the name of the owner's account. */
export const ownerAccount = 'owner';

/**
 * The owner and the key in the file as rows of the store. A file with another key than before revokes the one before; a
 * key that was revoked elsewhere is replaced, so that the owner is never shut out.
 */
export const registerOwner = async (store: Store, opened: OwnerKey): Promise<OwnerKey> => {
  const terms = { role: 'admin', plan: 'enterprise', billing: 'quota' } as const;
  await store.accounts.ensure({ id: ownerAccount, name: ownerAccount, ...terms }, ownerAccount);
  const known = await store.keys.byDigest(digestOf(opened.key));
  const owner = known?.key?.revokedAt === undefined ? opened : replaceKey(opened);
  const digest = digestOf(owner.key);
  // Processes with data folders of their own may share a database, and each has its own key.
  const name = `owner.key ${digestOf(resolve(owner.path)).slice(0, 8)}`;
  for (const key of await store.keys.list(ownerAccount))
    if (key.name === name && key.digest !== digest)
      await store.keys.revoke(key.id, ownerAccount, ownerAccount);
  if (known === undefined || owner !== opened) {
    const id = `key_${digest.slice(0, 24)}`;
    await store.keys.create(
      { id, account: ownerAccount, name, digest, prefix: prefixOf(owner.key) },
      ownerAccount,
    );
  }
  return owner;
};
