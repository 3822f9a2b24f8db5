/** PostgreSQL: each verb in a transaction of its own, on a pool of connections. */
import { setTimeout } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Database, Db } from './database.js';
import { migrate } from './migrate.js';
import type { Backend } from './store.js';
import { Undone } from './verb.js';
import { findVerb } from './verbs.js';

/** BIGINT comes as text; all of ours are exact as numbers, or something is wrong. */
const toSafeInteger = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`${text} does not fit a number`);
};

const bigintOid = 20;

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === bigintOid
      ? toSafeInteger
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** Any number, the same in all processes: whoever holds it migrates. */
const migrationLock = 7_283_190_417;

/** Two transactions that cannot both go on: one is undone and asked to come again. */
const isConflict = (error: unknown): boolean =>
  ['40001', '40P01'].includes((error as { code?: string } | undefined)?.code ?? '');

const mostAttempts = 10;

const withRetry = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!isConflict(error) || attempt === mostAttempts) throw error;
      await setTimeout(Math.random() * 5 * attempt);
    }
  }
};

const inTransaction = async (db: Db, run: (transaction: Db) => Promise<unknown>): Promise<unknown> => {
  try {
    return await db.transaction().execute(async (transaction) => {
      const answer = await run(transaction);
      // Thrown, since only what throws is rolled back.
      if (answer instanceof Undone) throw answer;
      return answer;
    });
  } catch (error) {
    if (error instanceof Undone) return error.answer;
    throw error;
  }
};

const connect = (url: string, options?: string): Db => {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    types,
    application_name: 'taskwire',
    allowExitOnIdle: true,
    options,
  });
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
};

export const openPostgres = async (url: string): Promise<Backend> => {
  const db = connect(url);
  /** For `early` verbs: others see them at once, the disk has them with the next commit that waits for it. */
  const early = connect(url, '-c synchronous_commit=off');
  const close = async () => {
    await Promise.all([db.destroy(), early.destroy()]);
  };
  try {
    await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
      await migrate(transaction, 'postgres');
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    call(group, name, args) {
      const { kind, run } = findVerb(group, name);
      const given = args as readonly never[];
      if (kind === 'read') return run(db, ...given);
      const on = kind === 'early' ? early : db;
      return withRetry(() => inTransaction(on, (transaction) => run(transaction, ...given)));
    },
    close,
  };
};
