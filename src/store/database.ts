/** The store's tables as Kysely sees them; one interface per owner. Columns are snake_case, as in SQL. */
import type { Kysely } from 'kysely';
import type { IdempotencyTables } from './idempotency-tables.js';
import type { IdentityTables } from './identity-tables.js';
import type { MoneyTables } from './money-tables.js';

export interface Database extends MoneyTables, IdentityTables, IdempotencyTables {}

/** What a verb works on: the transaction that it is part of. */
export type Db = Kysely<Database>;

/** Which SQL a migration must speak where the two differ. */
export type Sql = 'sqlite' | 'postgres';
