/** What a request has reserved follows what its runner tells, through the whole service. */
import { join } from 'node:path';
import { addAccount } from '../helpers/accounts.js';
import type { Client } from '../helpers/client.js';
import type { FakeRunner } from '../helpers/fake-runner.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const models = {
  'test/echo': { task: 'echo', default: true, prices: { usd_per_million_input_tokens: 100 } },
};
/** Two seconds of device time a month. */
const plans = { free: {}, enterprise: {}, tiny: { gpu_hours_per_month: 2 / 3_600 } };

let service: Served;
beforeEach(async () => {
  const file = join(writeFiles(temporaryFolder(), { 'plans.json': plans }), 'plans.json');
  service = await serve({ models, env: { TASKWIRE_PLANS: file } });
  service.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 4 });
});
afterEach(() => service.close());

const ask = (client: Client, path = '/v1/inference/echo') => client.post(path, { inputs: 'x' });
const usageOf = async (client: Client) => (await client.get('/v1/usage')).json.data;

const finish = (runner: FakeRunner, deviceMicros: number) => {
  const { id, input } = runner.batches.flat().at(-1)!;
  runner.answer(id, input, { deviceMicros });
};

test('a request that turns out to cost more than is there is refused before its answer, and not billed', async () => {
  const account = await addAccount(service, 'customer', { billing: 'credit' });
  await service.post(`/v1/admin/accounts/${account.id}/credits`, { amount: 0.002 });
  // Seventeen tokens are held for one character; these would cost $0.003.
  service.runners.onBatch = (runner, [item]) =>
    runner.say({ type: 'measured', id: item!.id, usage: { inputTokens: 30 } });
  service.runners.onCancel = (runner) => finish(runner, 500);
  const refused = await ask(account);
  expect([refused.status, refused.json.error.code]).toEqual([402, 'insufficient_credits']);
  expect(refused.json.error.message).toMatch(/up to \$0\.003000; \$0\.002000 of credit/);
  expect((await ask(account, '/v1/inference/echo/stream')).text).toContain('insufficient_credits');
  expect(await usageOf(account)).toMatchObject([
    { status: 'insufficient_credits', cost_micro_usd: 0, gpu_seconds: 0 },
    { status: 'insufficient_credits', cost_micro_usd: 0, gpu_seconds: 0 },
  ]);
  expect((await account.get('/v1/credits')).json).toMatchObject({
    balance_micro_usd: 2_000,
    held_micro_usd: 0,
  });
});

test('what a long stream uses counts while it runs: others of its account wait for the next month, it goes on', async () => {
  const account = await addAccount(service, 'customer', { plan: 'tiny' });
  let told = false;
  service.runners.onBatch = (runner, [item]) => {
    runner.say({ type: 'delta', id: item!.id, delta: 'once' });
    runner.say({ type: 'used', id: item!.id, deviceMicros: 2_100_000 });
    told = true;
  };
  const stream = ask(account, '/v1/inference/echo/stream');
  const refused = async () => {
    service.runners.onBatch = (runner) => finish(runner, 10);
    return (await ask(account)).json.error?.code === 'gpu_quota_exceeded';
  };
  await until(() => told);
  const [first] = service.runners.last.batches.flat();
  await until(refused);
  service.runners.last.answer(first!.id, 'x', { deviceMicros: 2_200_000 });
  expect((await stream).text).toContain('"finished":true');
  const [row] = await usageOf(account);
  expect(row).toMatchObject({ status: 'succeeded', gpu_seconds: 2.2 });
  expect((await account.get('/v1/credits')).json.gpu_seconds).toMatchObject({ warning: 100 });
});
