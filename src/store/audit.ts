/** Who changed what: written in the transaction of the change itself. */
import { randomBytes } from 'node:crypto';
import type { Db } from './database.js';
import { read } from './verb.js';

export interface Change {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type NewChange = Pick<Change, 'actor' | 'action' | 'subject'> & Partial<Pick<Change, 'details'>>;

/** Part of every verb that changes something here. */
export const record = async (db: Db, { actor, action, subject, details = {} }: NewChange): Promise<void> => {
  const id = `chg_${randomBytes(12).toString('hex')}`;
  const row = { id, at: Date.now(), actor, action, subject, details: JSON.stringify(details) };
  await db.insertInto('audit_log').values(row).execute();
};

export interface ChangesPage {
  /** Of an account, key or team. */
  readonly subject?: string | undefined;
  readonly limit: number;
}

export const audit = {
  /** The newest first. */
  list: read(async (db, { subject, limit }: ChangesPage): Promise<readonly Change[]> => {
    const all = db.selectFrom('audit_log').selectAll().orderBy('at', 'desc').orderBy('id', 'desc');
    const rows = await (subject === undefined ? all : all.where('subject', '=', subject))
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as Change['details'] }));
  }),
};
