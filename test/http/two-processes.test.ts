/** What processes of the service tell each other by Redis: how often somebody has tried to come in, and who may not any more. */
import { join } from 'node:path';
import { pino } from 'pino';
import { Accounts } from '../../src/identity/accounts.js';
import { Authenticator } from '../../src/identity/authenticate.js';
import { IdentityCache } from '../../src/identity/identity-cache.js';
import { Tokens } from '../../src/identity/tokens.js';
import { RedisLink } from '../../src/redis.js';
import { openStore } from '../../src/store/open.js';
import { addAccount } from '../helpers/accounts.js';
import { testPlans } from '../helpers/caller.js';
import { describeWithRedis } from '../helpers/needs.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

describeWithRedis('two processes with Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.kill());

  const redisIs = (state: string, ...services: Served[]) =>
    until(async () => {
      const answers = await Promise.all(services.map((service) => service.get('/ready')));
      return answers.every(({ json }) => json.redis.startsWith(state));
    });
  const password = 'correct horse';
  const login = async (service: Served, name: string, given = 'a wrong guess') =>
    (await service.post('/v1/auth/login', { email: name, password: given }, { authorization: '' })).status;

  test('count log-ins together, and each alone once Redis is gone', async () => {
    const env = { REDIS_URL: redis.url, TASKWIRE_DATA_DIR: temporaryFolder() };
    const first = await serve({ env });
    const services = [first, await serve({ env })] as const;
    const [one, two] = services;
    await redisIs('connected', one, two);
    for (const name of ['ann', 'bob']) await addAccount(one, name, { password });
    for (let i = 0; i < 10; i++) expect(await login(services[i % 2]!, 'ann')).toBe(401);
    for (const service of services) expect(await login(service, 'ann', password)).toBe(429);
    // Who came in at one begins anew at both.
    for (let i = 0; i < 9; i++) await login(services[i % 2]!, 'bob');
    expect(await login(one, 'bob', password)).toBe(200);
    for (let i = 0; i < 10; i++) expect(await login(services[i % 2]!, 'bob')).toBe(401);
    await redis.kill();
    await redisIs('gone', one, two);
    // It has seen five of these ten itself.
    for (let i = 0; i < 5; i++) expect(await login(one, 'bob')).toBe(401);
    expect(await login(one, 'bob', password)).toBe(429);
    for (const service of services) await service.close();
  });

  test('hear of a revocation from each other', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    const open = async () => {
      const store = await openStore(url);
      const link = new RedisLink(redis.url, pino({ level: 'silent' }));
      const authenticator = new Authenticator({
        keys: store.keys,
        tokens: new Tokens([]),
        plans: testPlans,
        // Its time stands still: nothing runs out by itself.
        cache: new IdentityCache(() => 0),
        others: link.topic('callers'),
      });
      const accounts = new Accounts(store, testPlans, () => authenticator.forget());
      const close = async () => {
        link.close();
        await authenticator.close();
        await store.close();
      };
      return { accounts, authenticator, link, close };
    };
    const [one, two] = [await open(), await open()];
    await until(async () => (await subscribers(one.link)) === 2);
    const { id } = await one.accounts.create({ name: 'ann', plan: 'free' }, 'test');
    const { key, record } = await one.accounts.createKey({ account: id, name: 'default' }, 'test');
    const call = () => two.authenticator.authenticate(`Bearer ${key}`);
    expect((await call()).account).toBe(id);
    await one.accounts.revokeKey(record.id, id, 'test');
    await until(() =>
      call().then(
        () => false,
        ({ code }) => code === 'key_revoked',
      ),
    );
    for (const process of [one, two]) await process.close();
  });
});

const subscribers = async (link: RedisLink): Promise<number> => {
  if (!link.isThere) return 0;
  const reply = await link.command('PUBSUB', 'NUMSUB', 'callers');
  return Number((reply as readonly number[])[1]);
};
