/** Answers that are given again, as clients see them. */
import { pino } from 'pino';
import { RedisLink } from '../../src/redis.js';
import { addAccount } from '../helpers/accounts.js';
import { describeWithRedis } from '../helpers/needs.js';
import { startRedis } from '../helpers/redis.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

let served: Served;
const ask = (body: object, headers: Record<string, string> = {}) =>
  served.post('/v1/inference/echo', body, headers);
const seen = ({ headers }: { headers: Headers }) => [
  headers.get('x-cache'),
  headers.get('x-gpu-seconds'),
  headers.get('x-cost-usd'),
];

describe('with a cache', () => {
  beforeAll(async () => {
    served = await serve({ env: { TASKWIRE_CACHE: '16' } });
  });
  afterAll(() => served.close());

  test('the second answer is the first one, costs no device time, and says that it was kept', async () => {
    const first = await ask({ inputs: ['one', 'two'] });
    expect(seen(first)).toEqual(['miss', '0.000500', '0.000000']);
    const second = await ask({ inputs: ['one', 'two'] });
    expect(seen(second)).toEqual(['hit', '0.000000', '0.000000']);
    expect(second.json.echoes).toEqual(first.json.echoes);
    expect(second.json.request_id).not.toBe(first.json.request_id);
    expect(second.json.inference_status).toMatchObject({ tokens_input: 2, cost: 0 });
    expect(served.runners.inputs).toEqual(['one', 'two']);
  });

  test('Cache-Control: no-store runs it anew and keeps nothing', async () => {
    const headers = { 'cache-control': 'no-store' };
    for (let i = 0; i < 2; i++) expect(seen(await ask({ inputs: 'fresh' }, headers))[0]).toBe('off');
    expect(seen(await ask({ inputs: 'fresh' }))[0]).toBe('miss');
    expect(served.runners.inputs.filter((input) => input === 'fresh')).toHaveLength(3);
  });

  test('a usage row says that nothing was computed', async () => {
    await ask({ inputs: 'counted' });
    await ask({ inputs: 'counted' });
    const { json } = await served.get('/v1/usage?limit=2');
    expect(json.data[0]).toMatchObject({ gpu_seconds: 0, cost_micro_usd: 0, status: 'succeeded' });
    expect(json.data[1].gpu_seconds).toBeGreaterThan(0);
  });

  test('files that are replaced count once their runner is started anew', async () => {
    const cacheOf = async () => seen(await ask({ inputs: 'of these weights' }))[0];
    expect([await cacheOf(), await cacheOf()]).toEqual(['miss', 'hit']);
    writeFiles(served.folder, { 'models/test/echo/onnx/model.onnx': 'other weights' });
    expect(await cacheOf()).toBe('hit');
    const { last } = served.runners;
    last.exit();
    await until(() => served.runners.last !== last);
    expect([await cacheOf(), await cacheOf()]).toEqual(['miss', 'hit']);
  });

  test('the metrics count what was looked for', async () => {
    const { text } = await served.get('/metrics');
    expect(text).toMatch(/taskwire_cache_requests_total\{model="test\/echo",cache="hit"\} [1-9]/);
    expect(text).toMatch(/taskwire_cache_requests_total\{model="test\/echo",cache="miss"\} [1-9]/);
  });
});

test('an answer that is kept is given to who could not pay for a run', async () => {
  served = await serve({
    env: { TASKWIRE_CACHE: '16' },
    models: { 'test/scale': { task: 'weigh', prices: { usd_per_image: 0.002 } } },
  });
  served.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.answer(id, 1, { images: 1, deviceMicros: 250 });
  };
  const account = await addAccount(served, 'ann', { plan: 'enterprise', billing: 'credit' });
  await served.post(`/v1/admin/accounts/${account.id}/credits`, { amount: 0.002 });
  const weigh = (...bytes: number[]) =>
    account.post(
      '/v1/inference/test/scale',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...bytes]),
      {
        'content-type': 'image/png',
      },
    );
  expect(seen(await weigh(1))).toEqual(['miss', '0.000250', '0.002000']);
  expect((await weigh(2)).json.error.code).toBe('insufficient_credits');
  expect(seen(await weigh(1))).toEqual(['hit', '0.000000', '0.000000']);
  const { json } = await account.get('/v1/usage');
  expect(json.data.map((row: { cost_micro_usd: number }) => row.cost_micro_usd)).toEqual([0, 2_000]);
  await served.close();
});

test('without one, every request is run', async () => {
  served = await serve();
  for (let i = 0; i < 2; i++) expect(seen(await ask({ inputs: 'x' }))[0]).toBe('off');
  expect(served.runners.inputs).toEqual(['x', 'x']);
  await served.close();
});

describeWithRedis('with a cache in Redis', () => {
  test('answers outlive the process that gave them, and a Redis that is gone is done without', async () => {
    const redis = await startRedis();
    const link = new RedisLink(redis.url, pino({ level: 'silent' }));
    const dataDir = writeFiles(temporaryFolder(), {
      'models/test/echo/taskwire.json': { task: 'echo' },
      'models/test/echo/onnx/model.onnx': '',
    });
    const env = { TASKWIRE_CACHE: '16', REDIS_URL: redis.url, TASKWIRE_DATA_DIR: dataDir };
    const redisIs = (state: string) =>
      until(async () => (await served.get('/ready')).json.redis.startsWith(state));
    served = await serve({ env });
    await redisIs('connected');
    expect(seen(await ask({ inputs: 'x' }))[0]).toBe('miss');
    await until(async () => Number(await link.command('DBSIZE')) > 0);
    link.close();
    await served.close();
    served = await serve({ env });
    await redisIs('connected');
    const { json, ...answer } = await ask({ inputs: 'x' });
    expect([seen(answer)[0], json.echoes]).toEqual(['hit', ['x']]);
    await redis.kill();
    await redisIs('gone');
    expect(seen(await ask({ inputs: 'y' }))[0]).toBe('miss');
    expect(seen(await ask({ inputs: 'y' }))[0]).toBe('hit');
    await served.close();
  });
});
