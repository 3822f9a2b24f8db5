import { type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

let service: Served;
beforeEach(async () => {
  service = await serve();
});
afterEach(() => service.close());

/** Value of a metric with these labels, from the text that Prometheus reads. */
const metric = async (name: string, labels = ''): Promise<number | undefined> => {
  const { text } = await service.get('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${name}${labels} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};
const echo = (inputs: unknown) => service.post('/v1/inference/echo', { inputs });

test('/health says that the process is up, to anyone', async () => {
  const { status, json } = await service.get('/health', { authorization: '' });
  expect([status, json]).toEqual([200, { status: 'ok' }]);
});

test('/ready names the device and the state of every default model', async () => {
  const before = await service.get('/ready', { authorization: '' });
  expect([before.status, before.json]).toEqual([
    200,
    {
      status: 'ready',
      device: 'cpu',
      devices_passed_over: {},
      models: { 'test/echo': 'unavailable', 'test/scale': 'unavailable' },
    },
  ]);
  await echo('x');
  expect((await service.get('/ready')).json.models).toEqual({
    'test/echo': 'ready',
    'test/scale': 'unavailable',
  });
});

test('while it drains, /ready is 503, new work is refused and running work is finished', async () => {
  await echo('load');
  const { onBatch } = service.runners;
  service.runners.onBatch = () => {};
  const running = echo('running');
  const lane = service.service.engine.lanes.get('test/echo@fp32');
  await until(() => lane?.stats.runningInputs === 1);
  const drained = service.service.engine.drain(60_000);
  const ready = await service.get('/ready');
  expect([ready.status, ready.json.status]).toEqual([503, 'draining']);
  expect((await service.get('/health')).status).toBe(200);
  const refused = await echo('late');
  expect([refused.status, refused.json.error.code]).toEqual([503, 'draining']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const { last } = service.runners;
  onBatch(last, last.batches.at(-1)!);
  expect((await running).json.echoes).toEqual(['running']);
  await drained;
});

test('closing lets what runs finish, refuses connections and ends the runners', async () => {
  await echo('load');
  const { onBatch, last } = service.runners;
  service.runners.onBatch = () => {};
  const running = echo('running');
  await until(() => last.batches.length === 2);
  const closed = service.service.close(60_000);
  await expect(fetch(`${service.url}/health`)).rejects.toThrow();
  onBatch(last, last.batches[1]!);
  expect((await running).status).toBe(200);
  await closed;
  expect(last.alive).toBe(false);
});

test('/metrics counts requests by how they ended', async () => {
  await echo('x');
  await echo('y');
  await echo(5);
  await service.post('/v1/inference/echo', { inputs: 'x', model: 'no/model' });
  const counted = (model: string, code: string) =>
    metric('taskwire_requests_total', `{task="echo",model="${model}",code="${code}"}`);
  expect(await counted('test/echo', 'succeeded')).toBe(2);
  expect(await counted('test/echo', 'invalid_field')).toBe(1);
  expect(await counted('unknown', 'model_not_found')).toBe(1);
});

test('/metrics tells queue, batches, tokens and the time of each phase', async () => {
  await echo(['a', 'b', 'c']);
  const model = '{model="test/echo"}';
  expect(await metric('taskwire_tokens_total', '{model="test/echo",direction="input"}')).toBe(3);
  expect(await metric('taskwire_batch_inputs_sum', model)).toBe(3);
  expect(await metric('taskwire_request_seconds_count', '{task="echo",phase="queue"}')).toBe(1);
  expect(await metric('taskwire_request_seconds_count', '{task="echo",phase="compute"}')).toBe(1);
  const lane = '{model="test/echo@fp32"}';
  expect(await metric('taskwire_queue_requests', lane)).toBe(0);
  expect(await metric('taskwire_runner_ready', lane)).toBe(1);
  expect(await metric('taskwire_runner_restarts', lane)).toBe(0);
  service.runners.last.exit();
  await until(async () => (await metric('taskwire_runner_restarts', lane)) === 1);
});

test('what requests were billed and what nobody was billed are the busy time of the device', async () => {
  service.runners.onLoad = (runner) => runner.ready({ warmupMicros: 1_000_000 });
  service.runners.onBatch = (runner, items) => {
    runner.waste(30_000);
    for (const { id, input } of items) {
      if (input === 'bad') runner.refuse(id, 'invalid_field');
      else runner.answer(id, input, { deviceMicros: 200_000 });
    }
  };
  const { headers } = await echo('good');
  await echo('bad');
  const billed = Number(headers.get('x-gpu-seconds'));
  expect(billed).toBe(0.2);
  expect(await metric('taskwire_device_busy_seconds', '{model="test/echo@fp32"}')).toBe(1.26);
  expect(await metric('taskwire_device_unbilled_seconds')).toBeCloseTo(1.06, 9);
});

test("/metrics tells a language model's cache", async () => {
  const lane = '{model="test/echo@fp32"}';
  service.runners.onLoad = (runner) =>
    runner.ready({ cache: { slots: 4, capacityTokens: 2048, bytes: 1_000_000 } });
  await echo('x');
  expect(await metric('taskwire_cache_slots', lane)).toBe(4);
  expect(await metric('taskwire_cache_bytes', lane)).toBe(1_000_000);
});

test('/metrics is for this machine, or with a token for who knows it', async () => {
  const proxied = await service.get('/metrics', { 'x-forwarded-for': '203.0.113.9' });
  expect([proxied.status, proxied.json.error.code]).toEqual([401, 'invalid_key']);
  const guarded = await serve({ env: { TASKWIRE_ADMIN_TOKEN: 'let me in' } });
  const ask = async (authorization: string, extra = {}) =>
    (await guarded.get('/metrics', { authorization, ...extra })).status;
  const far = { 'x-forwarded-for': '203.0.113.9' };
  expect(await ask('Bearer let me in', far)).toBe(200);
  expect(await ask('Bearer let me', far)).toBe(401);
  expect(await ask(`Bearer ${guarded.key}`, far)).toBe(401);
  expect(await ask('', far)).toBe(401);
  expect(await ask('')).toBe(401);
  await guarded.close();
});

test('a page of another origin may call with a key, and reads the headers of the contract', async () => {
  const preflight = await fetch(`${service.url}/v1/inference/echo`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-wait-for-model',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/);
  expect(preflight.headers.get('access-control-allow-methods')).toMatch(/POST/);
  const { headers } = await service.post(
    '/v1/inference/echo',
    { inputs: 'x' },
    { origin: 'https://example.com' },
  );
  expect(headers.get('access-control-allow-origin')).toBe('*');
  const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/);
  for (const name of [
    'x-request-id',
    'retry-after',
    'x-should-retry',
    'x-gpu-seconds',
    'server-timing',
    'ratelimit',
  ])
    expect(exposed).toContain(name);
});

test('refusals can be read by pages of other origins too', async () => {
  const { status, headers } = await service.post('/v1/inference/echo', {}, { authorization: '' });
  expect([status, headers.get('access-control-allow-origin')]).toEqual([401, '*']);
});
