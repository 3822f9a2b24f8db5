/** Brings a database up to this version's tables: forward only, all or nothing, one process at a time. */
import { type Kysely, sql } from 'kysely';
import type { Db, Sql } from './database.js';
import { migrations } from './migrations/index.js';

export interface Migration {
  readonly id: string;
  /** Tables are made here as they were at that time, so the types of today do not apply. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  up(db: Kysely<any>, dialect: Sql): Promise<void>;
}

/** Works within one transaction that `db` stands for and that nobody else can be in. */
export const migrate = async (db: Db, dialect: Sql): Promise<readonly string[]> => {
  await sql`create table if not exists migrations (id text primary key, at bigint not null)`.execute(db);
  const { rows } = await sql<{ id: string }>`select id from migrations`.execute(db);
  const done = new Set(rows.map(({ id }) => id));
  const unknown = [...done].filter((id) => !migrations.some((one) => one.id === id));
  if (unknown.length > 0)
    throw new Error(`The database was made by a newer version: ${unknown.join(', ')} is not known here.`);
  const missing = migrations.filter(({ id }) => !done.has(id));
  for (const { id, up } of missing) {
    await up(db, dialect);
    await sql`insert into migrations (id, at) values (${id}, ${Date.now()})`.execute(db);
  }
  return missing.map(({ id }) => id);
};
