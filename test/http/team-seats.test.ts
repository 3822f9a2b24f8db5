/** What a team's seats are: counted, priced, limited by the plan. */
import { join } from 'node:path';
import { addAccount, patch, remove } from '../helpers/accounts.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

const plans = {
  free: { price_usd_per_month: 0 },
  crew: { price_usd_per_month: 20, per_seat: true, seats: 3, grant_usd_per_month: 2, next: 'fleet' },
  fleet: {},
};

let service: Served;
beforeEach(async () => {
  const file = join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');
  service = await serve({ env: { TASKWIRE_PLANS: file, TASKWIRE_SIGNUP: 'invite' } });
});
afterEach(() => service.close());

/** A team of one, who invites. */
const makeTeam = async (fields: object = {}) => {
  const boss = await addAccount(service, 'boss');
  const { status } = await service.post('/v1/admin/teams', {
    name: 'x',
    owner: 'boss',
    plan: 'crew',
    ...fields,
  });
  expect(status).toBe(201);
  return {
    boss,
    invite: async () => (await boss.post('/v1/team/invites', {})).json.code as string,
    shown: async () => (await boss.get('/v1/team')).json,
  };
};

test('members, open invitations and the price of all seats are shown to the team and to administrators', async () => {
  const { boss, invite, shown } = await makeTeam();
  const hand = await addAccount(service, 'hand');
  await hand.post('/v1/team/join', { invite: await invite() });
  await invite();
  const expected = { seats: 2, seats_limit: 3, open_invites: 1, price_usd_per_month: 40 };
  expect(await shown()).toMatchObject(expected);
  expect((await service.get('/v1/admin/teams')).json.data).toMatchObject([expected]);
  const credits = { plan: 'crew', seats: 2, price_usd_per_month: 40 };
  expect((await boss.get('/v1/credits')).json).toMatchObject(credits);
  expect((await service.get('/v1/admin/accounts/hand/credits')).json).toMatchObject(credits);
  // Who may not call takes no seat.
  await patch(service, '/v1/admin/accounts/hand', { active: false });
  expect(await shown()).toMatchObject({
    seats: 1,
    price_usd_per_month: 20,
    members: [
      { name: 'boss', active: true },
      { name: 'hand', active: false },
    ],
  });
  await patch(service, '/v1/admin/teams/x', { plan: 'fleet' });
  expect(await shown()).toMatchObject({ seats_limit: null, price_usd_per_month: null });
});

test('an invitation beyond the seats is refused, and the refusal names the next plan', async () => {
  const { boss, invite, shown } = await makeTeam();
  const hand = await addAccount(service, 'hand');
  await hand.post('/v1/team/join', { invite: await invite() });
  await invite();
  const full = await boss.post('/v1/team/invites', {});
  expect([full.status, full.json.error.code, full.json.error.param]).toEqual([400, 'invalid_field', 'team']);
  expect(full.json.error.message).toBe(
    'The plan crew has 3 seats for a team, and none is left (2 members, 1 open invitation). The plan fleet has more.',
  );
  // Each of these makes room for one.
  expect((await remove(hand, '/v1/team/invites')).status).toBe(403);
  expect((await remove(boss, '/v1/team/invites')).status).toBe(204);
  expect(await shown()).toMatchObject({ open_invites: 0 });
  expect(await invite()).toEqual(expect.any(String));
  expect(await invite()).toBeUndefined();
  await remove(boss, `/v1/team/members/${hand.id}`);
  expect(await invite()).toEqual(expect.any(String));
});

test('a code that was withdrawn, or whose seat the plan has no longer, lets nobody in', async () => {
  const { boss, invite, shown } = await makeTeam({ plan: 'fleet' });
  const withdrawn = await invite();
  await remove(boss, '/v1/team/invites');
  const hand = await addAccount(service, 'hand');
  expect((await hand.post('/v1/team/join', { invite: withdrawn })).json.error.param).toBe('invite');
  const codes = [await invite(), await invite(), await invite()];
  await patch(service, '/v1/admin/teams/x', { plan: 'crew' });
  await hand.post('/v1/team/join', { invite: codes[0] });
  const email = (nth: number) => ({
    email: `a${nth}@example.com`,
    password: 'long enough',
    invite: codes[nth],
  });
  expect((await service.post('/v1/auth/signup', email(1), { authorization: '' })).status).toBe(201);
  const late = await service.post('/v1/auth/signup', email(2), { authorization: '' });
  expect(late.json.error.message).toMatch(/3 seats.*3 members/);
  expect(await shown()).toMatchObject({ seats: 3 });
  // It was not used up.
  await patch(service, '/v1/admin/teams/x', { plan: 'fleet' });
  expect((await service.post('/v1/auth/signup', email(2), { authorization: '' })).status).toBe(201);
  expect(await shown()).toMatchObject({ seats: 4 });
});
