/** Rates counted by several processes together in Redis, and by each alone when it is gone. */
import { pino } from 'pino';
import { planNamed } from '../../src/admission/plans.js';
import { SharedStore } from '../../src/admission/rate-store.js';
import { RedisLink } from '../../src/redis.js';
import { testCaller, testPlans } from '../helpers/caller.js';
import { type LimitedApp, limitedApp } from '../helpers/limited-app.js';
import { describeWithRedis } from '../helpers/needs.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const callers = { free: testCaller('free', 'key', { plan: planNamed(testPlans, 'free') }) };

describeWithRedis('rates in Redis', () => {
  let server: RedisServer;
  const open: Array<{ app: LimitedApp; link: RedisLink }> = [];
  const events: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void events.push(JSON.parse(line).event) });

  const start = async () => {
    const link = new RedisLink(server.url, log);
    const app = await limitedApp(callers, (name) => new SharedStore(link, name));
    open.push({ app, link });
    return { app, link };
  };
  const connected = (...links: RedisLink[]) => until(() => links.every(({ isThere }) => isThere));
  const ask = (count: number, ...apps: LimitedApp[]) =>
    Promise.all(Array.from({ length: count }, (_, i) => apps[i % apps.length]!.ask('free')));
  const passed = (answers: ReadonlyArray<{ status: number }>) =>
    answers.filter(({ status }) => status === 200).length;

  beforeEach(async () => {
    server = await startRedis();
    events.length = 0;
  });
  afterEach(async () => {
    for (const { app, link } of open.splice(0)) {
      link.close();
      await app.close();
    }
    await server.kill();
  });

  test('of 200 requests at once at two servers, exactly the 100 of the plan pass', async () => {
    const [one, two] = [await start(), await start()];
    await connected(one.link, two.link);
    const answers = await ask(200, one.app, two.app);
    expect(passed(answers)).toBe(100);
    expect(answers.every(({ headers }) => headers.get('ratelimit-policy') === '"account";q=100;w=60')).toBe(
      true,
    );
    expect(passed(await ask(4, one.app, two.app))).toBe(0);
  });

  test('refusals and 503s are given back', async () => {
    const { app, link } = await start();
    await connected(link);
    for (const status of [402, 429, 503, 200]) await app.ask('free', status);
    expect((await app.ask('free')).headers.get('x-ratelimit-remaining-requests')).toBe('98');
  });

  test('with Redis killed under load, a server goes on with what it has counted itself, and says so', async () => {
    const { app, link } = await start();
    await connected(link);
    const load = Array.from({ length: 200 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, 3 * i));
      return app.ask('free');
    });
    await load[50];
    await server.kill();
    const answers = await Promise.all(load);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    expect(passed(answers)).toBe(100);
    await until(() => events.includes('redis_gone'));
    expect(link.isThere).toBe(false);
  });

  test('a Redis that comes back is used again, though it knows nothing any more', async () => {
    const [one, two] = [await start(), await start()];
    await connected(one.link, two.link);
    await server.kill();
    await until(() => !one.link.isThere && !two.link.isThere);
    expect(passed(await ask(10, one.app))).toBe(10);
    await server.restart();
    await connected(one.link, two.link);
    expect(passed(await ask(150, one.app, two.app))).toBe(100);
  });

  test('a server that is busy for longer than it waits for Redis hears its answers all the same', async () => {
    const { link } = await start();
    await connected(link);
    const answer = link.command('PING');
    const end = Date.now() + 1_500;
    while (Date.now() < end);
    expect(await answer).toBe('PONG');
  });

  test('a server that starts without Redis counts alone, and together once it is there', async () => {
    await server.kill();
    const { app, link } = await start();
    expect(passed(await ask(120, app))).toBe(100);
    await server.restart();
    await connected(link);
    expect(passed(await ask(120, app))).toBe(100);
  });
});
