/** Sessions of browsers: what a session token stands for, so that it can be ended before it expires. */
import { record } from './audit.js';
import type { Db } from './database.js';
import { write } from './verb.js';

export interface NewSession {
  readonly id: string;
  readonly account: string;
  readonly keyId: string | undefined;
  readonly expiresAt: number;
}

/** Part of verbs after which an account's sessions may not go on. */
export const endSessions = async (db: Db, account: string): Promise<void> => {
  await db
    .updateTable('sessions')
    .set({ revoked_at: Date.now() })
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
    .execute();
};

export const sessions = {
  open: write(async (db, { id, account, keyId, expiresAt }: NewSession): Promise<void> => {
    const at = Date.now();
    await db.deleteFrom('sessions').where('account_id', '=', account).where('expires_at', '<', at).execute();
    const row = { id, account_id: account, key_id: keyId ?? null, created_at: at, expires_at: expiresAt };
    await db
      .insertInto('sessions')
      .values({ ...row, revoked_at: null })
      .execute();
    await record(db, { actor: account, action: 'session.open', subject: account, details: { key: keyId } });
  }),

  end: write(async (db, id: string): Promise<void> => {
    await db
      .updateTable('sessions')
      .set({ revoked_at: Date.now() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute();
  }),
};
