/** Teams: accounts that share a plan, its quota and a balance; and the codes that invite people. */
import { TaskwireError } from '../errors.js';
import { mustFind } from './accounts.js';
import { record } from './audit.js';
import type { Db } from './database.js';
import type { Billing, TeamRole } from './identity-tables.js';
import { isOpen, lockTeam, type Seats, seatsOf } from './seats.js';
import { read, write } from './verb.js';

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly billing: Billing;
  readonly createdAt: number;
  readonly members: readonly Member[];
  readonly seats: Seats;
}

export interface Member {
  readonly account: string;
  readonly name: string;
  readonly role: TeamRole;
  readonly joinedAt: number;
  /** Whether its account is, so that it takes a seat. */
  readonly active: boolean;
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
  /** Seats of the team's plan; absent: any number. */
  readonly seats?: number | undefined;
}

export interface NewMember {
  readonly team: string;
  readonly account: string;
  readonly role: TeamRole;
  readonly seats?: number | undefined;
}

/** `undefined`: it is done; otherwise no seat was left. */
type SeatAnswer = Seats | undefined;

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
    .select(['accounts.id', 'accounts.name', 'accounts.deactivated_at'])
    .select(['team_members.role', 'team_members.joined_at'])
    .where('team_members.team_id', '=', row.id)
    .orderBy('team_members.joined_at')
    .execute();
  const { id, name, plan, billing, created_at: createdAt } = row;
  const shown = members.map((one) => ({
    account: one.id,
    name: one.name,
    role: one.role,
    joinedAt: one.joined_at,
    active: one.deactivated_at === null,
  }));
  return { id, name, plan, billing, createdAt, members: shown, seats: await seatsOf(db, id) };
};

/** One more member, where a seat is left. Whoever was invited had a seat kept; the plan may have fewer now. */
const joinIfRoom = async (db: Db, member: NewMember): Promise<SeatAnswer> => {
  const { team, account, role, seats: most = Number.POSITIVE_INFINITY } = member;
  await lockTeam(db, team);
  const seats = await seatsOf(db, team);
  if (seats.members >= most) return seats;
  await join(db, { team, account, role });
  return undefined;
};

const join = async (db: Db, { team, account, role }: NewMember): Promise<void> => {
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
    await join(db, { team: id, account: owner.id, role: 'owner' });
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
    const { id } = await mustFindTeam(db, team);
    // Of two owners who leave at once, one stays.
    await lockTeam(db, id);
    const { members } = await mustFindTeam(db, id);
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
    await db
      .deleteFrom('team_members')
      .where('account_id', '=', leaving.account)
      .where('team_id', '=', id)
      .execute();
    await record(db, { actor, action: 'team.leave', subject: id, details: { account: leaving.account } });
  }),

  invite: write(async (db, invite: NewInvite, actor: string): Promise<SeatAnswer> => {
    const { digest, team, role, expiresAt, seats: most = Number.POSITIVE_INFINITY } = invite;
    if (team !== undefined) {
      await lockTeam(db, team);
      const seats = await seatsOf(db, team);
      if (seats.members + seats.invited >= most) return seats;
    }
    const row = { digest, team_id: team ?? null, role, created_by: actor, expires_at: expiresAt };
    await db
      .insertInto('invites')
      .values({ ...row, created_at: Date.now(), used_at: null })
      .execute();
    await record(db, { actor, action: 'invite.create', subject: team ?? actor, details: { role } });
    return undefined;
  }),

  /** Ends a team's invitations that nobody has used; answers how many. */
  withdrawInvites: write(async (db, team: string, actor: string): Promise<number> => {
    const ended = await db
      .updateTable('invites')
      .set({ expires_at: Date.now() })
      .where('team_id', '=', team)
      .where(isOpen)
      .returning('digest')
      .execute();
    await record(db, { actor, action: 'invite.withdraw', subject: team, details: { count: ended.length } });
    return ended.length;
  }),

  /** The team that an invitation is for, as long as it can be used. */
  invitedTo: read(
    async (db, digest: string): Promise<string | undefined> =>
      (
        await db
          .selectFrom('invites')
          .select('team_id')
          .where('digest', '=', digest)
          .where(isOpen)
          .executeTakeFirst()
      )?.team_id ?? undefined,
  ),

  /** Uses an invitation up. `undefined`: there is none, or not any more. */
  redeem: write(
    async (db, digest: string): Promise<{ team: string | undefined; role: TeamRole } | undefined> => {
      const row = await db
        .updateTable('invites')
        .set({ used_at: Date.now() })
        .where('digest', '=', digest)
        .where(isOpen)
        .returning(['team_id', 'role'])
        .executeTakeFirst();
      return row && { team: row.team_id ?? undefined, role: row.role };
    },
  ),

  join: write(joinIfRoom),
};
