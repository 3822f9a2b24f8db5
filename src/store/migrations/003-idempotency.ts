/** Answers that are kept for a request that may be sent again. */
import type { CreateTableBuilder } from 'kysely';
import type { Migration } from '../migrate.js';

export const idempotency: Migration = {
  id: '003-idempotency',
  async up(db) {
    const table = db.schema.createTable('idempotency') as CreateTableBuilder<string, string>;
    await table
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('claim', 'text', (column) => column.notNull())
      .addColumn('answer', 'text')
      .addColumn('until', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_key', ['account', 'key'])
      .execute();
    await db.schema.createIndex('idempotency_by_until').on('idempotency').column('until').execute();
  },
};
