/** Seats of teams, on real databases. */

import { unlimited } from '../../src/admission/plans.js';
import type { Store } from '../../src/store/store.js';
import { admissionOn, ended, estimateOf, onCredit } from '../helpers/admission.js';
import { noon } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';

const expiresAt = Date.now() + 1e6;

const teamOf = async (store: Store, ...names: string[]) => {
  for (const name of names) {
    const row = { id: `acc_${name}`, name, role: 'user', plan: 'free', billing: 'quota' } as const;
    await store.accounts.create(row, 'test');
  }
  const team = { id: 'team_1', name: 'crew', plan: 'team', billing: 'credit', owner: names[0]! } as const;
  await store.teams.create(team, 'test');
};

const invite = (store: Store, digest: string, rest: { expiresAt?: number; seats?: number } = {}) =>
  store.teams.invite({ digest, team: 'team_1', role: 'member', expiresAt, ...rest }, 'test');

const joinAs = (store: Store, name: string, seats?: number) =>
  store.teams.join({ team: 'team_1', account: `acc_${name}`, role: 'member', seats });

describeStores('seats', ({ newUrl, open }) => {
  test('of many who want the last ones, as many get them as there are, by invitation and by joining', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    const store = stores[0]!;
    await teamOf(store, 'a', 'b', 'c', 'd', 'e');
    const invited = await Promise.all(
      Array.from({ length: 12 }, (_, i) => invite(stores[i % 2]!, `code ${i}`, { seats: 4 })),
    );
    expect(invited.filter((full) => full === undefined)).toHaveLength(3);
    expect(invited.find((full) => full !== undefined)).toEqual({ members: 1, invited: 3 });
    const joined = await Promise.all(['b', 'c', 'd', 'e'].map((name, i) => joinAs(stores[i % 2]!, name, 3)));
    expect(joined.filter((full) => full === undefined)).toHaveLength(2);
    expect((await store.teams.find('crew')).seats).toEqual({ members: 3, invited: 3 });
  });

  test('of two owners who leave at once one stays', async () => {
    const url = await newUrl();
    const stores = [await open(url), await open(url)];
    const store = stores[0]!;
    await teamOf(store, 'a', 'b');
    for (let round = 0; round < 10; round++) {
      for (const name of ['a', 'b'])
        await store.teams
          .join({ team: 'team_1', account: `acc_${name}`, role: 'owner' })
          .catch(() => 'is in it already');
      const left = await Promise.allSettled(
        ['a', 'b'].map((name, i) => stores[i]!.teams.removeMember('team_1', name, 'test')),
      );
      expect(left.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
    expect((await store.teams.find('crew')).members).toMatchObject([{ role: 'owner' }]);
  });

  test('are taken by members whose account is active and by invitations that can be used', async () => {
    const store = await open(await newUrl());
    await teamOf(store, 'a', 'b', 'c');
    for (const name of ['b', 'c']) await joinAs(store, name);
    await invite(store, 'used');
    await invite(store, 'late', { expiresAt: Date.now() - 1 });
    await invite(store, 'open');
    await store.teams.redeem('used');
    await store.accounts.change('c', { active: false }, 'test');
    expect((await store.teams.find('crew')).seats).toEqual({ members: 2, invited: 1 });
    expect(await store.accounts.payerOf('a')).toMatchObject({ id: 'team_1', seats: 2 });
    const key = { id: 'key_1', account: 'a', name: 'k', digest: 'd', prefix: 'inf_' };
    await store.keys.create(key, 'test');
    expect((await store.keys.byDigest('d'))?.team?.seats).toBe(2);
    expect(await store.teams.withdrawInvites('team_1', 'test')).toBe(1);
    expect(await store.teams.invitedTo('open')).toBeUndefined();
    expect(await store.teams.redeem('open')).toBeUndefined();
  });

  test('bring the credit of the month along, each once, whoever sits on it', async () => {
    const store = await open(await newUrl());
    const plan = { ...unlimited, perSeat: true, grantMicroUsdPerMonth: 5_000 };
    const request = async (admission: ReturnType<typeof admissionOn>, id: string, seats: number) => {
      const ticket = await admission.admit(onCredit({ plan, seats }), estimateOf(id));
      await ticket.settle(ended({}));
      return (await store.ledger.balance('acct_1')).balanceMicroUsd;
    };
    const admission = admissionOn(store);
    expect(await request(admission, 'req_1', 2)).toBe(10_000);
    expect(await request(admission, 'req_2', 3)).toBe(15_000);
    expect(await request(admission, 'req_3', 2)).toBe(15_000);
    // Another process, which has given nothing yet.
    expect(await request(admissionOn(store), 'req_4', 4)).toBe(20_000);
    const later = admissionOn(store, { now: () => noon + 20 * 86_400_000 });
    expect(await request(later, 'req_5', 1)).toBe(25_000);
  });
});
