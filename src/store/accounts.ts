/** Accounts: who is billed, under which plan, and whether they may come in. */
import { type Selectable, sql } from 'kysely';
import { TaskwireError } from '../errors.js';
import { record } from './audit.js';
import type { Db } from './database.js';
import type { AccountsTable, Billing, Role } from './identity-tables.js';
import { seatsOf } from './seats.js';
import { endSessions } from './sessions.js';
import { read, write } from './verb.js';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly role: Role;
  readonly plan: string;
  readonly billing: Billing;
  readonly inferenceEnabled: boolean;
  readonly createdAt: number;
  readonly deactivatedAt: number | undefined;
}

export interface PayerTerms extends Pick<Account, 'id' | 'plan' | 'billing'> {
  readonly seats: number;
}

export interface NewAccount extends Pick<Account, 'id' | 'name' | 'role' | 'plan' | 'billing'> {
  readonly email?: string | undefined;
  readonly passwordHash?: string | undefined;
}

export interface AccountChange {
  readonly plan?: string | undefined;
  readonly billing?: Billing | undefined;
  readonly role?: Role | undefined;
  /** Ends all sessions. */
  readonly passwordHash?: string | undefined;
  readonly inferenceEnabled?: boolean | undefined;
  /** False ends all sessions; its keys are refused until it is true again. */
  readonly active?: boolean | undefined;
}

export const toAccount = (row: Selectable<AccountsTable>): Account => ({
  id: row.id,
  name: row.name,
  email: row.email ?? undefined,
  role: row.role,
  plan: row.plan,
  billing: row.billing,
  inferenceEnabled: row.inference_enabled === 1,
  createdAt: row.created_at,
  deactivatedAt: row.deactivated_at ?? undefined,
});

/** By id or name: no name can look like an id. */
const rowOf = (db: Db, idOrName: string) =>
  db
    .selectFrom('accounts')
    .selectAll()
    .where((one) => one.or([one('id', '=', idOrName), one('name', '=', idOrName)]))
    .executeTakeFirst();

export const mustFind = async (db: Db, idOrName: string): Promise<Account> => {
  const row = await rowOf(db, idOrName);
  if (row) return toAccount(row);
  throw new TaskwireError('route_not_found', {
    param: 'account',
    message: `There is no account ${idOrName}.`,
  });
};

/** `undefined` when the name or e-mail is taken. */
const insert = async (db: Db, account: NewAccount, actor: string): Promise<Account | undefined> => {
  const { id, name, email = null, role, plan, billing, passwordHash = null } = account;
  const row = await db
    .insertInto('accounts')
    .values({
      id,
      name,
      email,
      password_hash: passwordHash,
      role,
      plan,
      billing,
      inference_enabled: 1,
      created_at: Date.now(),
      deactivated_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const details = { name, email, role, plan, billing };
  await record(db, { actor, action: 'account.create', subject: id, details });
  return toAccount(row);
};

const columnsOf = ({ plan, billing, role, passwordHash, inferenceEnabled, active }: AccountChange) => ({
  ...(plan === undefined ? {} : { plan }),
  ...(billing === undefined ? {} : { billing }),
  ...(role === undefined ? {} : { role }),
  ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
  ...((inferenceEnabled === undefined ? {} : { inference_enabled: inferenceEnabled ? 1 : 0 }) as {
    inference_enabled?: 0 | 1;
  }),
  ...(active === undefined ? {} : { deactivated_at: active ? null : Date.now() }),
});

export const accounts = {
  create: write(async (db, account: NewAccount, actor: string): Promise<Account> => {
    const made = await insert(db, account, actor);
    if (made) return made;
    const param = (await rowOf(db, account.name)) ? 'name' : 'email';
    throw new TaskwireError('invalid_field', { param, message: `This ${param} is taken.` });
  }),

  /** For sign-up, which may not tell whether an e-mail is known: does nothing when it is. */
  tryCreate: write(
    async (db, account: NewAccount, actor: string): Promise<boolean> =>
      (await insert(db, account, actor)) !== undefined,
  ),

  /** The account of that name, made if it is missing. */
  ensure: write(
    async (db, account: NewAccount, actor: string): Promise<Account> =>
      (await insert(db, account, actor)) ?? mustFind(db, account.name),
  ),

  find: read(mustFind),

  /** `undefined` when there is none. */
  seek: read(async (db, idOrName: string): Promise<Account | undefined> => {
    const row = await rowOf(db, idOrName);
    return row && toAccount(row);
  }),

  /** Who pays for an account's calls: itself or its team. */
  payerOf: read(async (db, idOrName: string): Promise<PayerTerms> => {
    const account = await mustFind(db, idOrName);
    const team = await db
      .selectFrom('team_members')
      .innerJoin('teams', 'teams.id', 'team_members.team_id')
      .select(['teams.id', 'teams.plan', 'teams.billing'])
      .where('team_members.account_id', '=', account.id)
      .executeTakeFirst();
    if (team) return { ...team, seats: (await seatsOf(db, team.id)).members };
    const { id, plan, billing } = account;
    return { id, plan, billing, seats: 1 };
  }),

  /** For log-in. */
  byLogin: read(
    async (
      db,
      emailOrName: string,
    ): Promise<{ account: Account; passwordHash: string | undefined } | undefined> => {
      const row = await db
        .selectFrom('accounts')
        .selectAll()
        .where((one) => one.or([one('email', '=', emailOrName.toLowerCase()), one('name', '=', emailOrName)]))
        // A name may look like somebody else's e-mail.
        .orderBy(sql`case when email = ${emailOrName.toLowerCase()} then 0 else 1 end`)
        .executeTakeFirst();
      return row && { account: toAccount(row), passwordHash: row.password_hash ?? undefined };
    },
  ),

  /** In the order of names, from the one after `after` on. */
  list: read(async (db, after: string, limit: number): Promise<readonly Account[]> => {
    const rows = await db
      .selectFrom('accounts')
      .selectAll()
      .where('name', '>', after)
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(toAccount);
  }),

  change: write(async (db, idOrName: string, change: AccountChange, actor: string): Promise<Account> => {
    const { id } = await mustFind(db, idOrName);
    const columns = columnsOf(change);
    if (Object.keys(columns).length > 0)
      await db.updateTable('accounts').set(columns).where('id', '=', id).execute();
    if (change.passwordHash !== undefined || change.active === false) await endSessions(db, id);
    const { passwordHash, ...shown } = change;
    const details = { ...shown, ...(passwordHash === undefined ? {} : { password: 'changed' }) };
    await record(db, { actor, action: 'account.change', subject: id, details });
    return mustFind(db, id);
  }),
};
