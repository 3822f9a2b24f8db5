/** Credit, quotas, usage. */
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from '../migrate.js';

const columns = (
  table: CreateTableBuilder<string, never>,
  type: 'text' | 'bigint',
  ...names: readonly string[]
) => names.reduce((made, name) => made.addColumn(name, type, (column) => column.notNull()), table);

export const money: Migration = {
  id: '001-money',
  async up(db, dialect) {
    const make = (table: string) => db.schema.createTable(table) as CreateTableBuilder<string, never>;
    const balances = columns(make('balances'), 'text', 'payer');
    await columns(balances, 'bigint', 'balance_micro_usd', 'held_micro_usd')
      .addPrimaryKeyConstraint('balances_key', ['payer'] as never)
      .execute();
    const ledger = columns(make('ledger'), 'text', 'id', 'kind', 'debit', 'credit', 'note');
    await columns(ledger, 'bigint', 'at', 'amount_micro_usd')
      .addPrimaryKeyConstraint('ledger_key', ['id'] as never)
      .addCheckConstraint('ledger_amount', sql`amount_micro_usd > 0`)
      .addCheckConstraint('ledger_sides', sql`debit <> credit`)
      .execute();
    const meters = columns(make('meters'), 'text', 'subject', 'period', 'unit');
    await columns(meters, 'bigint', 'used', 'reserved')
      .addPrimaryKeyConstraint('meters_key', ['subject', 'period', 'unit'] as never)
      .execute();
    const holds = columns(make('holds'), 'text', 'request_id', 'payer', 'holder', 'meters');
    await columns(holds, 'bigint', 'at', 'credit_micro_usd')
      .addPrimaryKeyConstraint('holds_key', ['request_id'] as never)
      .execute();
    await columns(columns(make('holders'), 'text', 'id'), 'bigint', 'alive_until')
      .addPrimaryKeyConstraint('holders_key', ['id'] as never)
      .execute();
    const usage = columns(make('usage'), 'text', 'request_id', 'account', 'payer', 'key_id', 'model', 'task');
    const counted = ['at', 'input_tokens', 'output_tokens', 'images', 'audio_ms', 'device_us'];
    const costs = ['cost_micro_usd', 'queue_us', 'compute_us', 'total_us', 'cached'];
    await columns(columns(usage, 'text', 'status'), 'bigint', ...counted, ...costs)
      .addPrimaryKeyConstraint('usage_key', ['request_id'] as never)
      .execute();
    await makeIndexes(db);
    await (dialect === 'sqlite' ? sealOnSqlite(db) : sealOnPostgres(db));
  },
};

const makeIndexes = async (db: Kysely<unknown>): Promise<void> => {
  const indexes = [
    ['ledger', 'debit', 'at', 'id'],
    ['ledger', 'credit', 'at', 'id'],
    ['holds', 'holder'],
    ['usage', 'account', 'at', 'request_id'],
    ['usage', 'payer', 'at', 'request_id'],
    ['usage', 'at'],
  ] as const;
  for (const [table, ...on] of indexes)
    await db.schema.createIndex(`${table}_by_${on[0]}`).on(table).columns(on).execute();
};

const refusal = 'the ledger is only ever added to';

const sealOnSqlite = async (db: Kysely<unknown>): Promise<void> => {
  for (const change of ['update', 'delete'])
    await sql
      .raw(`create trigger ledger_no_${change} before ${change} on ledger
        begin select raise(abort, '${refusal}'); end`)
      .execute(db);
};

const sealOnPostgres = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(`create function ledger_sealed() returns trigger language plpgsql as
      $$ begin raise exception '${refusal}'; end $$`)
    .execute(db);
  await sql
    .raw(`create trigger ledger_sealed before update or delete on ledger
      for each row execute function ledger_sealed()`)
    .execute(db);
};
