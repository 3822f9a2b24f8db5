/** Accounts, teams, keys, sessions, invitations, the log of changes. */
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from '../migrate.js';

type Columns = Readonly<Record<string, 'text' | 'bigint' | 'text?' | 'bigint?'>>;

const table = (db: Kysely<unknown>, name: string, key: string, columns: Columns) => {
  const made = db.schema.createTable(name) as CreateTableBuilder<string, string>;
  return Object.entries(columns)
    .reduce((so, [column, form]) => {
      const type = form.startsWith('text') ? 'text' : 'bigint';
      return so.addColumn(column, type, (one) => (form.endsWith('?') ? one : one.notNull()));
    }, made)
    .addPrimaryKeyConstraint(`${name}_key`, [key])
    .execute();
};

export const identity: Migration = {
  id: '002-identity',
  async up(db, dialect) {
    await table(db, 'accounts', 'id', {
      id: 'text',
      name: 'text',
      email: 'text?',
      password_hash: 'text?',
      role: 'text',
      plan: 'text',
      billing: 'text',
      inference_enabled: 'bigint',
      created_at: 'bigint',
      deactivated_at: 'bigint?',
    });
    const terms = { name: 'text', plan: 'text', billing: 'text', created_at: 'bigint' } as const;
    await table(db, 'teams', 'id', { id: 'text', ...terms });
    const membership = { team_id: 'text', role: 'text', joined_at: 'bigint' } as const;
    await table(db, 'team_members', 'account_id', { account_id: 'text', ...membership });
    await table(db, 'api_keys', 'id', {
      id: 'text',
      account_id: 'text',
      name: 'text',
      digest: 'text',
      prefix: 'text',
      tasks: 'text?',
      models: 'text?',
      requests_per_minute: 'bigint?',
      monthly_spend_micro_usd: 'bigint?',
      signs_tokens: 'bigint',
      created_at: 'bigint',
      expires_at: 'bigint?',
      last_used_at: 'bigint?',
      revoked_at: 'bigint?',
    });
    await table(db, 'sessions', 'id', {
      id: 'text',
      account_id: 'text',
      key_id: 'text?',
      created_at: 'bigint',
      expires_at: 'bigint',
      revoked_at: 'bigint?',
    });
    await table(db, 'invites', 'digest', {
      digest: 'text',
      team_id: 'text?',
      role: 'text',
      created_by: 'text',
      created_at: 'bigint',
      expires_at: 'bigint',
      used_at: 'bigint?',
    });
    const change = { at: 'bigint', actor: 'text', action: 'text', subject: 'text', details: 'text' } as const;
    await table(db, 'audit_log', 'id', { id: 'text', ...change });
    await makeIndexes(db);
    await (dialect === 'sqlite' ? sealOnSqlite(db) : sealOnPostgres(db));
  },
};

const makeIndexes = async (db: Kysely<unknown>): Promise<void> => {
  const unique = [
    ['accounts', 'name'],
    ['accounts', 'email'],
    ['teams', 'name'],
    ['api_keys', 'digest'],
  ] as const;
  for (const [name, column] of unique)
    await db.schema.createIndex(`${name}_${column}`).unique().on(name).column(column).execute();
  const others = [
    ['api_keys', 'account_id', 'name'],
    ['team_members', 'team_id'],
    ['sessions', 'account_id'],
    ['audit_log', 'at', 'id'],
  ] as const;
  for (const [name, ...columns] of others)
    await db.schema.createIndex(`${name}_by_${columns[0]}`).on(name).columns(columns).execute();
};

const refusal = 'the audit log is only ever added to';

const sealOnSqlite = async (db: Kysely<unknown>): Promise<void> => {
  for (const change of ['update', 'delete'])
    await sql
      .raw(`create trigger audit_log_no_${change} before ${change} on audit_log
        begin select raise(abort, '${refusal}'); end`)
      .execute(db);
};

const sealOnPostgres = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(`create function audit_log_sealed() returns trigger language plpgsql as
      $$ begin raise exception '${refusal}'; end $$`)
    .execute(db);
  await sql
    .raw(`create trigger audit_log_sealed before update or delete on audit_log
      for each row execute function audit_log_sealed()`)
    .execute(db);
};
