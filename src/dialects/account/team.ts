/** The caller's team: its members, and codes that invite more. */
import { z } from 'zod';
import { TaskwireError } from '../../errors.js';
import { type AccountServices, type Asked, known, route } from './route.js';
import { inviteShape, renderTeam, teamShape, timeOf } from './shapes.js';

const noTeam = (): TaskwireError =>
  new TaskwireError('route_not_found', { param: 'team', message: 'The account is in no team.' });

const teamOf = async (asked: Asked<unknown>, { store }: AccountServices) => {
  const { team } = known(asked);
  if (team === undefined) throw noTeam();
  return store.teams.find(team);
};

/** The team, if the caller is one of its owners. */
const ownTeam = async (asked: Asked<unknown>, services: AccountServices) => {
  const team = await teamOf(asked, services);
  const me = team.members.find(({ account }) => account === known(asked).account);
  if (me?.role !== 'owner')
    throw new TaskwireError('scope_forbidden', { message: "This is for the team's owners." });
  return team;
};

const show = route({
  method: 'get',
  path: '/team',
  summary: 'The team whose plan, quota and balance the account shares.',
  response: teamShape,
  run: async (asked, services) => renderTeam(await teamOf(asked, services), services.plans),
});

const invite = route({
  method: 'post',
  path: '/team/invites',
  summary: 'A code that lets one person join; by an owner.',
  request: z.object({ role: z.enum(['owner', 'member']).default('member') }),
  response: inviteShape,
  status: 201,
  async run(asked, services) {
    const { id } = await ownTeam(asked, services);
    const { account } = known(asked);
    const { code, expiresAt } = await services.accounts.invite(id, asked.request.role, account);
    return { code, expires_at: timeOf(expiresAt) };
  },
});

const withdraw = route({
  method: 'delete',
  path: '/team/invites',
  summary: 'Withdraws the invitations that nobody has used; by an owner.',
  async run(asked, services) {
    const { id } = await ownTeam(asked, services);
    await services.accounts.withdrawInvites(id, known(asked).account);
  },
});

const join = route({
  method: 'post',
  path: '/team/join',
  summary: 'Joins a team by a code.',
  request: z.object({ invite: z.string().max(100) }),
  response: teamShape,
  async run(asked, { accounts, store, plans }) {
    const caller = known(asked);
    if (caller.team !== undefined)
      throw new TaskwireError('invalid_field', {
        param: 'invite',
        message: 'The account is in a team already.',
      });
    const invitation = await accounts.redeem(asked.request.invite);
    if (!invitation?.team)
      throw new TaskwireError('invalid_field', { param: 'invite', allowed: 'a code that is not used yet' });
    await accounts.join(invitation.team, caller.account, invitation.role);
    return renderTeam(await store.teams.find(invitation.team), plans);
  },
});

const remove = route({
  method: 'delete',
  path: '/team/members/{id}',
  summary: 'Takes an account out of the team: an owner anyone, a member itself.',
  async run(asked, services) {
    const { account } = known(asked);
    const team = asked.id === account ? await teamOf(asked, services) : await ownTeam(asked, services);
    await services.accounts.removeMember(team.id, asked.id, account);
  },
});

export const teamRoutes = [show, invite, withdraw, join, remove];
