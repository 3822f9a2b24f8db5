/** Who takes a seat of a team: its members, and who is invited. */
import { type ExpressionBuilder, sql } from 'kysely';
import type { Database, Db } from './database.js';

/** What of a team's seats is taken. */
export interface Seats {
  /** Those whose account is active. */
  readonly members: number;
  /** Invitations that are neither used nor expired. */
  readonly invited: number;
}

/** An invitation that is neither used nor expired. */
export const isOpen = (one: ExpressionBuilder<Database, 'invites'>) =>
  one.and([one('used_at', 'is', null), one('expires_at', '>', Date.now())]);

const numberOf = sql<number>`cast(count(*) as bigint)`.as('number');

export const seatsOf = async (db: Db, team: string): Promise<Seats> => {
  const members = db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .select(numberOf)
    .where('team_members.team_id', '=', team)
    .where('accounts.deactivated_at', 'is', null);
  const invited = db.selectFrom('invites').select(numberOf).where('team_id', '=', team).where(isOpen);
  return {
    members: (await members.executeTakeFirstOrThrow()).number,
    invited: (await invited.executeTakeFirstOrThrow()).number,
  };
};

/** Of two that change a team's members by what they count, one waits for the other. */
export const lockTeam = (db: Db, team: string) =>
  db
    .updateTable('teams')
    .set((one) => ({ plan: one.ref('plan') }))
    .where('id', '=', team)
    .execute();
