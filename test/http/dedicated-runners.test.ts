/** Runners of their own for those whose plan says so. */
import { join } from 'node:path';
import { addAccount } from '../helpers/accounts.js';
import type { Client } from '../helpers/client.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

const plans = {
  free: {},
  enterprise: { dedicated_runners: true },
  some: { dedicated_runners: ['test/scale'] },
};
const plansFile = () => join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');

const start = (env: Readonly<Record<string, string>> = {}) =>
  serve({ env: { TASKWIRE_PLANS: plansFile(), ...env } });

const echo = (client: Client) => client.post('/v1/inference/echo', { inputs: 'x' });

/** How many runners serve these, each asked once. */
const runnersFor = async (service: Served, plans: readonly string[]) => {
  for (const [i, plan] of plans.entries()) {
    const account = await addAccount(service, `account-${i}`, { plan });
    expect((await echo(account)).status).toBe(200);
  }
  return service.runners.started.length;
};

test('each account of such a plan has its own, the others share one', async () => {
  const service = await start({ TASKWIRE_DEDICATED_RUNNERS: '2' });
  expect(await runnersFor(service, ['enterprise', 'free', 'free', 'enterprise', 'some'])).toBe(3);
  expect((await service.get('/ready')).json.dedicated_runners).toEqual({ loaded: 2, most: 2 });
  const { text } = await service.get('/metrics');
  expect(text.match(/^taskwire_runner_ready\{.*owner="acc_.*"\} 1$/gm)).toHaveLength(2);
  await service.close();
});

test('the members of a team share theirs', async () => {
  const service = await start({ TASKWIRE_DEDICATED_RUNNERS: '9' });
  const boss = await addAccount(service, 'boss');
  await service.post('/v1/admin/teams', { name: 'crew', owner: 'boss', plan: 'enterprise' });
  const { code } = (await boss.post('/v1/team/invites', {})).json;
  const hand = await addAccount(service, 'hand');
  await hand.post('/v1/team/join', { invite: code });
  for (const member of [boss, hand]) await echo(member);
  expect(service.runners.started).toHaveLength(1);
  await service.close();
});

test('without room for any everybody shares, and so does the owner always', async () => {
  const service = await start();
  expect(await runnersFor(service, ['enterprise', 'free'])).toBe(1);
  expect((await service.get('/ready')).json).not.toHaveProperty('dedicated_runners');
  await service.close();
  const roomy = await start({ TASKWIRE_DEDICATED_RUNNERS: '9' });
  await echo(roomy);
  expect(roomy.service.engine.dedicated.loaded).toBe(0);
  await roomy.close();
});

test("a model's health is that of the runner that would serve the caller", async () => {
  const service = await start({ TASKWIRE_DEDICATED_RUNNERS: '1' });
  const account = await addAccount(service, 'acme', { plan: 'enterprise' });
  await echo(service);
  const statusFor = async (client: Client) => (await client.get('/v1/models/test/echo/health')).json.status;
  expect(await statusFor(service)).toBe('ready');
  // A poll with a key starts loading.
  expect(await statusFor(account)).toBe('loading');
  await echo(account);
  expect(await statusFor(account)).toBe('ready');
  await service.close();
});
