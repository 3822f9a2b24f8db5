/** Teams: accounts that share a plan, its quota and a balance; and the codes that invite people. */
import { TaskwireError } from '../errors.js';
import { mustFind } from './accounts.js';
import { record } from './audit.js';
import type { Db } from './database.js';
import type { Billing, TeamRole } from './identity-tables.js';
import { read, write } from './verb.js';

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly billing: Billing;
  readonly createdAt: number;
  readonly members: readonly Member[];
}

export interface Member {
  readonly account: string;
  readonly name: string;
  readonly role: TeamRole;
  readonly joinedAt: number;
}

export interface NewTeam extends Pick<Team, 'id' | 'name' | 'plan' | 'billing'> {
  /** Id or name of the account that owns it. */
  readonly owner: string;
}

export interface TeamChange {
  readonly plan?: string | undefined;
  readonly billing?: Billing | undefined;
}

export interface NewInvite {
  readonly digest: string;
  /** Absent: it lets somebody sign up, and no more. */
  readonly team?: string | undefined;
  readonly role: TeamRole;
  readonly expiresAt: number;
}

const mustFindTeam = async (db: Db, idOrName: string): Promise<Team> => {
  const row = await db
    .selectFrom('teams')
    .selectAll()
    .where((one) => one.or([one('id', '=', idOrName), one('name', '=', idOrName)]))
    .executeTakeFirst();
  if (!row)
    throw new TaskwireError('route_not_found', { param: 'team', message: `There is no team ${idOrName}.` });
  const members = await db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .select(['accounts.id', 'accounts.name', 'team_members.role', 'team_members.joined_at'])
    .where('team_members.team_id', '=', row.id)
    .orderBy('team_members.joined_at')
    .execute();
  const { id, name, plan, billing, created_at: createdAt } = row;
  const shown = members.map((one) => ({
    account: one.id,
    name: one.name,
    role: one.role,
    joinedAt: one.joined_at,
  }));
  return { id, name, plan, billing, createdAt, members: shown };
};

const join = async (db: Db, team: string, account: string, role: TeamRole): Promise<void> => {
  const joined = await db
    .insertInto('team_members')
    .values({ account_id: account, team_id: team, role, joined_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .returning('account_id')
    .executeTakeFirst();
  if (!joined)
    throw new TaskwireError('invalid_field', {
      param: 'account',
      message: 'The account is in a team already.',
    });
  await record(db, { actor: account, action: 'team.join', subject: team, details: { account, role } });
};

export const teams = {
  create: write(async (db, team: NewTeam, actor: string): Promise<Team> => {
    const owner = await mustFind(db, team.owner);
    const { id, name, plan, billing } = team;
    const made = await db
      .insertInto('teams')
      .values({ id, name, plan, billing, created_at: Date.now() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) throw new TaskwireError('invalid_field', { param: 'name', message: 'This name is taken.' });
    await record(db, { actor, action: 'team.create', subject: id, details: { name, plan, billing } });
    await join(db, id, owner.id, 'owner');
    return mustFindTeam(db, id);
  }),

  find: read(mustFindTeam),

  list: read(async (db): Promise<readonly Team[]> => {
    const rows = await db.selectFrom('teams').select('id').orderBy('name').execute();
    return Promise.all(rows.map(({ id }) => mustFindTeam(db, id)));
  }),

  change: write(async (db, idOrName: string, change: TeamChange, actor: string): Promise<Team> => {
    const { id, plan, billing } = await mustFindTeam(db, idOrName);
    const columns = { plan: change.plan ?? plan, billing: change.billing ?? billing };
    await db.updateTable('teams').set(columns).where('id', '=', id).execute();
    await record(db, { actor, action: 'team.change', subject: id, details: { ...change } });
    return mustFindTeam(db, id);
  }),

  /** A team keeps an owner. */
  removeMember: write(async (db, team: string, account: string, actor: string): Promise<void> => {
    const { members } = await mustFindTeam(db, team);
    const leaving = members.find((one) => one.account === account || one.name === account);
    if (!leaving)
      throw new TaskwireError('route_not_found', {
        param: 'account',
        message: `The team has no member ${account}.`,
      });
    if (leaving.role === 'owner' && members.filter(({ role }) => role === 'owner').length === 1)
      throw new TaskwireError('invalid_field', {
        param: 'account',
        message: 'The last owner cannot leave the team.',
      });
    await db.deleteFrom('team_members').where('account_id', '=', leaving.account).execute();
    await record(db, { actor, action: 'team.leave', subject: team, details: { account: leaving.account } });
  }),

  invite: write(async (db, { digest, team, role, expiresAt }: NewInvite, actor: string): Promise<void> => {
    const row = { digest, team_id: team ?? null, role, created_by: actor, expires_at: expiresAt };
    await db
      .insertInto('invites')
      .values({ ...row, created_at: Date.now(), used_at: null })
      .execute();
    await record(db, { actor, action: 'invite.create', subject: team ?? actor, details: { role } });
  }),

  /** Uses an invitation up. `undefined`: there is none, or not any more. */
  redeem: write(
    async (db, digest: string): Promise<{ team: string | undefined; role: TeamRole } | undefined> => {
      const row = await db
        .updateTable('invites')
        .set({ used_at: Date.now() })
        .where('digest', '=', digest)
        .where('used_at', 'is', null)
        .where('expires_at', '>', Date.now())
        .returning(['team_id', 'role'])
        .executeTakeFirst();
      return row && { team: row.team_id ?? undefined, role: row.role };
    },
  ),

  join: write(join),
};
