/** All migrations in their order; one that was released is never changed. */
import type { Migration } from '../migrate.js';
import { money } from './001-money.js';
import { identity } from './002-identity.js';
import { idempotency } from './003-idempotency.js';

export const migrations: readonly Migration[] = [money, identity, idempotency];
