/**
 * Limits that no crowd gets past: real processes of the service, one and two of them, on real databases, asked for far more
 * at once than there is.
 */
import { readFileSync } from 'node:fs';
import type { Store } from '../../src/store/store.js';
import { addAccount, type TestAccount } from '../helpers/accounts.js';
import { deviceTimeSince } from '../helpers/books.js';
import { type Answer, clientOf } from '../helpers/client.js';
import { type Databases, describeStores } from '../helpers/databases.js';
import { fixture } from '../helpers/fixtures.js';
import { type LiveService, startService, withEcho } from '../helpers/live-service.js';
import { describeWithRedis } from '../helpers/needs.js';
import { pricedModels } from '../helpers/priced-models.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const picture = new Uint8Array(readFileSync(fixture('media/scene-32x32.png')));
const priceMicroUsd = 2_000;
/** Of the echo task's runner, for each text. */
const deviceMicros = 10;
const microsPerHour = 3_600e6;

describeStores('one process', (databases) => suite(databases, 1));
describeWithRedis('with Redis', () => describeStores('two processes', (databases) => suite(databases, 2)));

function suite(databases: Databases, processes: 1 | 2): void {
  let redis: RedisServer | undefined;
  let databaseUrl: string;
  let store: Store;
  const services: LiveService[] = [];
  beforeAll(async () => {
    redis = processes > 1 ? await startRedis() : undefined;
    databaseUrl = await databases.newUrl();
    const models = writeFiles(pricedModels({ usd_per_image: priceMicroUsd / 1e6 }, 'vit', 'bert-embed'), {
      'test/echo/taskwire.json': { task: 'echo' },
      'test/echo/onnx/model.onnx': '',
    });
    const plans = writeFiles(temporaryFolder(), {
      'plans.json': {
        free: { requests_per_minute: 100 },
        ten: { gpu_hours_per_month: (10 * deviceMicros) / microsPerHour },
      },
    });
    const env = {
      TASKWIRE_DATA_DIR: temporaryFolder(),
      TASKWIRE_MODELS_DIR: models,
      TASKWIRE_PLANS: `${plans}/plans.json`,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis?.url ?? '',
    };
    // One after the other: the first makes the store.
    for (let i = 0; i < processes; i++) services.push(await startService(env, withEcho));
    for (const service of services) {
      if (redis) await until(async () => (await service.get('/ready')).json.redis === 'connected', 60_000);
      // Loads the models, and teaches this process what they take.
      for (const ask of [echo, classify, embed]) expect((await ask(service, service.key)).status).toBe(200);
    }
  }, 120_000);
  beforeEach(async () => {
    store = await databases.open(databaseUrl);
  });
  afterAll(async () => {
    for (const service of services) await service.close();
    await redis?.kill();
  });

  type Ask = (service: LiveService, key: string) => Promise<Answer>;
  const echo: Ask = ({ url }, key) => clientOf(url, key).post('/v1/inference/echo', { inputs: 'a' });
  const embed: Ask = ({ url }, key) =>
    clientOf(url, key).post('/v1/inference/embeddings', { model: 'tiny/bert-embed', inputs: 'a' });
  const classify: Ask = ({ url }, key) =>
    clientOf(url, key).post('/v1/inference/image-classification?model=tiny/vit', picture, {
      'content-type': 'image/png',
    });
  /** 200 requests at once, spread over the processes: how many got which answer. */
  const crowd = async (ask: Ask, { key }: TestAccount) => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => ask(services[i % processes]!, key)),
    );
    const counts: Record<string, number> = {};
    for (const { status, json } of answers) {
      const name = `${status} ${json.error?.code ?? ''}`.trim();
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return { answers, counts };
  };
  const succeeded = async ({ id }: TestAccount) =>
    (await store.usage.page({ account: id }, 1_000, undefined)).data.filter(
      ({ status }) => status === 'succeeded',
    );

  test('credit for ten pays for exactly ten', async () => {
    const account = await addAccount(services[0]!, 'ann', { plan: 'ten', billing: 'credit' });
    const amount = 11 * priceMicroUsd - 1;
    await services[0]!.post(`/v1/admin/accounts/${account.id}/credits`, { amount: amount / 1e6 });
    const { answers, counts } = await crowd(classify, account);
    expect(counts).toEqual({ '200': 10, '402 insufficient_credits': 190 });
    const told = answers.map(({ headers }) => Number(headers.get('x-cost-usd') ?? 0));
    expect(told.filter((usd) => usd > 0)).toEqual(Array(10).fill(priceMicroUsd / 1e6));
    expect((await succeeded(account)).map(({ cost_micro_usd }) => cost_micro_usd)).toEqual(
      Array(10).fill(priceMicroUsd),
    );
    // Balance, ledger and holds are added up again by the audit.
    const left = { balanceMicroUsd: priceMicroUsd - 1, heldMicroUsd: 0 };
    expect(await store.ledger.balance(account.id)).toEqual(left);
    expect(await store.ledger.audit()).toEqual([]);
    const { data } = await store.ledger.transactions(account.id, 1_000, undefined);
    expect(data.map(({ kind, amountMicroUsd }) => [kind, amountMicroUsd])).toEqual([
      ...Array(10).fill(['charge', -priceMicroUsd]),
      ['deposit', amount],
    ]);
  }, 120_000);

  test('device time for ten lets exactly ten pass', async () => {
    const startedAt = Date.now();
    const account = await addAccount(services[0]!, 'bob', { plan: 'ten' });
    const { counts } = await crowd(echo, account);
    expect(counts).toEqual({ '200': 10, '429 gpu_quota_exceeded': 190 });
    expect((await succeeded(account)).map(({ device_us }) => device_us)).toEqual(
      Array(10).fill(deviceMicros),
    );
    expect(await deviceTimeSince(store, account.id, startedAt)).toEqual({
      used: 10 * deviceMicros,
      reserved: 0,
    });
  }, 120_000);

  test('a rate of a hundred a minute lets exactly a hundred pass', async () => {
    const account = await addAccount(services[0]!, 'eve', { plan: 'free' });
    const { counts } = await crowd(embed, account);
    expect(counts).toEqual({ '200': 100, '429 rate_limited': 100 });
  }, 55_000); // within the minute that is counted
}
