/** Two processes of the service on one store, of either kind, that lose the Redis in which they count rates together. */
import { addAccount } from '../helpers/accounts.js';
import { clientOf } from '../helpers/client.js';
import { type Databases, describeStores } from '../helpers/databases.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithRedis } from '../helpers/needs.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

describeWithRedis('with Redis', () => describeStores('two processes', suite));

function suite(databases: Databases): void {
  let redis: RedisServer;
  const services: LiveService[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    const DATABASE_URL = await databases.newUrl();
    const env = { TASKWIRE_DATA_DIR: temporaryFolder(), REDIS_URL: redis.url, DATABASE_URL };
    // One after the other: the first makes the store.
    for (let i = 0; i < 2; i++) services.push(await startService(env));
    for (const service of services) await redisIs(service, 'connected');
    await Promise.all(services.map((service) => ask(service, service.key)));
  }, 120_000);
  afterAll(async () => {
    for (const service of services) await service.close();
    await redis?.kill();
  }, 60_000);

  const redisIs = (service: LiveService, state: string) =>
    until(async () => (await service.get('/ready')).json.redis.startsWith(state));
  const ask = (service: LiveService, key: string) =>
    clientOf(service.url, key).post('/v1/inference/embeddings', { model: 'tiny/bert-embed', inputs: 'a' });
  const flood = (key: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => ask(services[i % 2]!, key)));
  const statuses = async (key: string, count: number) => {
    const all = (await flood(key, count)).map(({ status }) => status);
    return {
      passed: all.filter((one) => one === 200).length,
      limited: all.filter((one) => one === 429).length,
    };
  };

  test('each pass 100 once Redis is gone, and have no other answers than these', async () => {
    const { key } = await addAccount(services[0]!, 'bob', { plan: 'free' });
    const before = await statuses(key, 20);
    const load = statuses(key, 240);
    await redis.kill();
    const { passed, limited } = await load;
    expect(before).toEqual({ passed: 20, limited: 0 });
    expect(passed + limited).toBe(240);
    expect(passed).toBeGreaterThanOrEqual(80);
    expect(passed).toBeLessThanOrEqual(180);
    for (const service of services) await redisIs(service, 'gone');
    expect((await statuses(key, 200)).passed + passed + before.passed).toBeLessThanOrEqual(200);
  }, 55_000); // within the minute that is counted
}
