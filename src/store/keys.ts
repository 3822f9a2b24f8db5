/** API keys, and the identity behind a key or session: all that authentication needs, in one query. */
import { type Selectable, sql } from 'kysely';
import { TaskwireError } from '../errors.js';
import { type Account, mustFind, toAccount } from './accounts.js';
import { record } from './audit.js';
import type { Db } from './database.js';
import type { AccountsTable, ApiKeysTable, Billing } from './identity-tables.js';
import { read, write } from './verb.js';

export interface KeyRecord {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly digest: string;
  readonly prefix: string;
  readonly tasks: readonly string[] | undefined;
  readonly models: readonly string[] | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly monthlySpendMicroUsd: number | undefined;
  readonly signsTokens: boolean;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export type NewKey = Pick<KeyRecord, 'id' | 'name' | 'digest' | 'prefix'> &
  Partial<
    Pick<
      KeyRecord,
      'tasks' | 'models' | 'requestsPerMinute' | 'monthlySpendMicroUsd' | 'signsTokens' | 'expiresAt'
    >
  > & {
    /** Id or name. */
    readonly account: string;
  };

/** What a member's calls need to know of the team. */
export interface TeamTerms {
  readonly id: string;
  readonly plan: string;
  readonly billing: Billing;
  /** Members whose account is active. */
  readonly seats: number;
}

export interface Identity {
  readonly account: Account;
  readonly team: TeamTerms | undefined;
  /** Absent in a session opened by password. */
  readonly key: KeyRecord | undefined;
  readonly sessionEndedAt: number | undefined;
}

const list = (json: string | null): string[] | undefined =>
  json === null ? undefined : (JSON.parse(json) as string[]);

const toKey = (row: Selectable<ApiKeysTable>): KeyRecord => ({
  id: row.id,
  account: row.account_id,
  name: row.name,
  digest: row.digest,
  prefix: row.prefix,
  tasks: list(row.tasks),
  models: list(row.models),
  requestsPerMinute: row.requests_per_minute ?? undefined,
  monthlySpendMicroUsd: row.monthly_spend_micro_usd ?? undefined,
  signsTokens: row.signs_tokens === 1,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
});

const identityOf = async (
  db: Db,
  account: Selectable<AccountsTable>,
  key: Selectable<ApiKeysTable> | undefined,
  sessionEndedAt?: number,
): Promise<Identity> => {
  const team = await db
    .selectFrom('team_members')
    .innerJoin('teams', 'teams.id', 'team_members.team_id')
    .select((is) => [
      'teams.id',
      'teams.plan',
      'teams.billing',
      is
        .selectFrom('team_members as all_members')
        .innerJoin('accounts', 'accounts.id', 'all_members.account_id')
        .select((one) => sql<number>`cast(${one.fn.countAll()} as bigint)`.as('seats'))
        .whereRef('all_members.team_id', '=', 'teams.id')
        .where('accounts.deactivated_at', 'is', null)
        .as('seats'),
    ])
    .where('team_members.account_id', '=', account.id)
    .executeTakeFirst();
  return {
    account: toAccount(account),
    team: team && { ...team, seats: team.seats ?? 1 },
    key: key && toKey(key),
    sessionEndedAt,
  };
};

const accountRow = (db: Db, id: string) =>
  db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();

const withAccount = async (db: Db, key: Selectable<ApiKeysTable> | undefined) => {
  const account = key && (await accountRow(db, key.account_id));
  return account && identityOf(db, account, key);
};

const keyRow = (db: Db, column: 'id' | 'digest', value: string) =>
  db.selectFrom('api_keys').selectAll().where(column, '=', value).executeTakeFirst();

/** Keys of one name are tried one by one: no more than these. */
const mostNamesakes = 10;

export const keys = {
  create: write(async (db, key: NewKey, actor: string): Promise<KeyRecord> => {
    const account = await mustFind(db, key.account);
    const row: Selectable<ApiKeysTable> = {
      id: key.id,
      account_id: account.id,
      name: key.name,
      digest: key.digest,
      prefix: key.prefix,
      tasks: key.tasks ? JSON.stringify(key.tasks) : null,
      models: key.models ? JSON.stringify(key.models) : null,
      requests_per_minute: key.requestsPerMinute ?? null,
      monthly_spend_micro_usd: key.monthlySpendMicroUsd ?? null,
      signs_tokens: key.signsTokens ? 1 : 0,
      created_at: Date.now(),
      expires_at: key.expiresAt ?? null,
      last_used_at: null,
      revoked_at: null,
    };
    // The owner's key may be registered by two processes at once.
    await db
      .insertInto('api_keys')
      .values(row)
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
    const details = { account: account.id, name: key.name, prefix: key.prefix };
    await record(db, { actor, action: 'key.create', subject: key.id, details });
    return toKey(row);
  }),

  /** The newest first; revoked ones too. */
  list: read(async (db, account: string): Promise<readonly KeyRecord[]> => {
    const { id } = await mustFind(db, account);
    const rows = await db
      .selectFrom('api_keys')
      .selectAll()
      .where('account_id', '=', id)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(toKey);
  }),

  /** Of one account, or of any. Revoking twice is no error; another's key is as if it were not there. */
  revoke: write(async (db, id: string, account: string | undefined, actor: string): Promise<void> => {
    const row = await keyRow(db, 'id', id);
    if (!row || (account !== undefined && row.account_id !== account))
      throw new TaskwireError('route_not_found', { param: 'id', message: `There is no key ${id}.` });
    if (row.revoked_at !== null) return;
    await db.updateTable('api_keys').set({ revoked_at: Date.now() }).where('id', '=', id).execute();
    const details = { account: row.account_id, name: row.name, prefix: row.prefix };
    await record(db, { actor, action: 'key.revoke', subject: id, details });
  }),

  byDigest: read(
    async (db, digest: string): Promise<Identity | undefined> =>
      withAccount(db, await keyRow(db, 'digest', digest)),
  ),

  byId: read(
    async (db, id: string): Promise<Identity | undefined> => withAccount(db, await keyRow(db, 'id', id)),
  ),

  /** `account`: id or name. */
  byName: read(async (db, account: string, name: string): Promise<readonly Identity[]> => {
    const rows = await db
      .selectFrom('api_keys')
      .innerJoin('accounts', 'accounts.id', 'api_keys.account_id')
      .selectAll('api_keys')
      .where('api_keys.name', '=', name)
      .where((one) => one.or([one('accounts.id', '=', account), one('accounts.name', '=', account)]))
      .orderBy('api_keys.created_at', 'desc')
      .limit(mostNamesakes)
      .execute();
    const found = await Promise.all(rows.map((row) => withAccount(db, row)));
    return found.filter((identity) => identity !== undefined);
  }),

  bySession: read(async (db, id: string): Promise<Identity | undefined> => {
    const session = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
    const account = session && (await accountRow(db, session.account_id));
    if (!account) return undefined;
    const key = session.key_id === null ? undefined : await keyRow(db, 'id', session.key_id);
    return identityOf(db, account, key, session.revoked_at ?? undefined);
  }),

  /** `used`: pairs of a key's id and when it was last used. */
  touch: write(async (db, used: ReadonlyArray<readonly [string, number]>): Promise<void> => {
    for (const [id, at] of used)
      await db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
  }),
};
