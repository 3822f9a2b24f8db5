import { fileURLToPath } from 'node:url';
import { errorTable } from '../../src/errors.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { overfill, shortQueue } from '../helpers/full-queue.js';
import { exchange, head, openSocket, readAnswer } from '../helpers/raw-http.js';
import { type Answer, type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

let service: Served;
beforeAll(async () => {
  service = await serve({ env: { TASKWIRE_BODY_TIMEOUT_MS: '200' } });
});
afterAll(() => service.close());

const ask = (body: unknown, headers: Record<string, string> = {}) =>
  service.post('/v1/inference/echo', body, headers);
const outcome = ({ status, json }: Answer) => [status, json?.error?.code];

test('an error is said in one form, with the id of its request', async () => {
  const { status, json, headers } = await ask({ inputs: 5 });
  expect(status).toBe(400);
  expect(json).toEqual({
    error: {
      code: 'invalid_field',
      message: expect.stringContaining('inputs'),
      request_id: headers.get('x-request-id'),
      param: 'inputs',
    },
  });
});

test.each([
  ['no credential', ''],
  ['another scheme', 'Basic dTpw'],
  ['a key that was never made', 'Bearer inf_0000000000000000000000000000000000000000000'],
  ['half a header', 'Bearer'],
])('%s is answered 401 and told how to come', async (_, authorization) => {
  const answer = await ask({ inputs: 'x' }, { authorization });
  expect(outcome(answer)).toEqual([401, 'invalid_key']);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(answer.text).not.toContain('inf_0000');
});

test('who may not call learns nothing about models or fields', async () => {
  for (const path of ['echo', 'test/echo', 'no/such/model'])
    expect((await service.post(`/v1/inference/${path}`, '{broken', { authorization: '' })).status).toBe(401);
});

test.each([
  ['/v1/inference/no/such/model', 404, 'model_not_found'],
  ['/v1/inference/test/echo/fp-2', 404, 'model_not_found'],
  ['/v1/inference/test/scale/stream', 404, 'route_not_found'],
  ['/v1/nothing', 404, 'route_not_found'],
  ['/', 404, 'route_not_found'],
])('POST %s is %i %s', async (path, status, code) => {
  expect(outcome(await service.post(path, { inputs: 'x' }))).toEqual([status, code]);
});

test('a model of another task is refused where a task is asked', async () => {
  const answer = await ask({ inputs: 'x', model: 'test/scale' });
  expect(outcome(answer)).toEqual([400, 'task_mismatch']);
  expect(answer.json.error.message).toContain('test/scale serves weigh, not echo');
});

test('a method that a route does not answer is 405 and the right one is named', async () => {
  for (const [method, path, allowed] of [
    ['GET', '/v1/inference/echo', 'POST'],
    ['PUT', '/v1/inference/test/echo', 'POST'],
    ['DELETE', '/v1/models/test/echo', 'GET'],
    ['POST', '/health', 'GET'],
    ['POST', '/ready', 'GET'],
    ['POST', '/v1/models', 'GET'],
  ] as const) {
    const response = await service.fetch(path, { method });
    expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, allowed]);
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  }
});

test.each([
  '/v1/models/%25',
  '/v1/models/%zz',
  '/v1/models/%E0%A4%A',
  '/v1/models/%00',
  '/v1/models/..%2f..%2fetc',
])('the odd address %s is not found, and no fault of ours', async (path) => {
  const raw = await exchange(service.url, head(`GET ${path}`, { Connection: 'close' }));
  expect([400, 404]).toContain(raw.status);
  expect(raw.body).not.toContain('internal');
  const post = await exchange(
    service.url,
    head(`POST ${path.replace('models', 'inference')}`, {
      Connection: 'close',
      Authorization: `Bearer ${service.key}`,
      'Content-Type': 'application/json',
      'Content-Length': 2,
    }),
    '{}',
  );
  expect([400, 404]).toContain(post.status);
});

test.each([
  ['JSON', 'application/json', '{"inputs":'],
  ['a file', 'image/png', 'x'],
  ['a form', 'multipart/form-data; boundary=x', '--x\r\n'],
])('%s that does not arrive in time is 408, and the connection is closed', async (_what, type, begin) => {
  const socket = await openSocket(service.url);
  const headers = {
    Authorization: `Bearer ${service.key}`,
    'Content-Type': type,
    'Content-Length': 100,
  };
  socket.write(`${head('POST /v1/inference/echo', headers)}${begin}`);
  const { status, body } = await readAnswer(socket);
  expect([status, JSON.parse(body).error.code]).toEqual([408, 'body_timeout']);
});

test('a failure of ours shows no stack, no path and no cause', async () => {
  service.runners.onBatch = (runner, items) =>
    runner.refuse(items[0]!.id, 'internal', errorTable.internal.message);
  const answer = await ask({ inputs: 'x' });
  expect(outcome(answer)).toEqual([500, 'internal']);
  expect(answer.text).not.toMatch(/\.js|\.ts|node_modules|at /);
  expect(answer.text).not.toContain(fileURLToPath(new URL('../..', import.meta.url)));
});

test('what the runner refuses is answered in its words', async () => {
  service.runners.onBatch = (runner, items) =>
    runner.outcome({
      id: items[0]!.id,
      ok: false,
      error: { code: 'context_too_long', message: 'Too long by 3.', param: 'inputs' },
      usage: {},
    });
  const answer = await ask({ inputs: 'x' });
  expect(outcome(answer)).toEqual([400, 'context_too_long']);
  expect(answer.json.error).toMatchObject({ message: 'Too long by 3.', param: 'inputs' });
});

test('a time limit that is none is refused by name', async () => {
  for (const limit of ['0', '-5', 'soon', '1.5', '99999999', 'NaN']) {
    const answer = await ask({ inputs: 'x' }, { 'x-request-timeout-ms': limit });
    expect([...outcome(answer), answer.json.error.param]).toEqual([
      400,
      'invalid_field',
      'x-request-timeout-ms',
    ]);
  }
});

describe('with a clock of its own', () => {
  const clock = new FakeClock();
  let slow: Served;
  beforeAll(async () => {
    slow = await serve({ clock });
  });
  afterAll(() => slow.close());

  test('a request whose time is over is 504', async () => {
    await slow.post('/v1/inference/echo', { inputs: 'load' });
    const held = new Promise<void>((resolve) => {
      slow.runners.onBatch = () => resolve();
    });
    const answer = slow.post('/v1/inference/echo', { inputs: 'x' }, { 'x-request-timeout-ms': '5000' });
    await held;
    await clock.advance(5_000);
    expect(outcome(await answer)).toEqual([504, 'deadline_exceeded']);
  });

  test('a model that is still loading after the hold is 503, says when to come back, and does so in no hurry', async () => {
    slow.runners.onLoad = () => {};
    const started = performance.now();
    const answer = slow.post('/v1/inference/weigh', { image: 'iVBORw0KGgoAAAANSUhEUg==' });
    await until(() => slow.runners.started.length === 2);
    await clock.advance(30_000);
    const { status, json, headers } = await answer;
    expect([status, json.error.code]).toEqual([503, 'model_loading']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(json.error.estimated_time).toBe(seconds);
    // Clients that repeat a 503 at once, without end, are slowed down to one try a second.
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  test('with x-wait-for-model or wait_for_model a request waits on', async () => {
    const image = 'iVBORw0KGgoAAAANSUhEUg==';
    const answers = [
      slow.post('/v1/inference/weigh', { image }, { 'x-wait-for-model': 'true' }),
      slow.post('/v1/inference/weigh', { image, wait_for_model: true }),
    ];
    await until(() => slow.service.engine.lanes.get('test/scale@fp32')?.stats.queuedJobs === 2);
    await clock.advance(55_000);
    slow.runners.onBatch = (runner, items) => {
      for (const { id } of items) runner.answer(id, 16);
    };
    slow.runners.last.ready();
    for (const answer of answers) expect((await answer).status).toBe(200);
    const odd = await slow.post('/v1/inference/weigh', { image, wait_for_model: 'yes' });
    expect([odd.status, odd.json.error.param]).toEqual([400, 'wait_for_model']);
  });

  test('a model that cannot be loaded is 503 with the time of the next try', async () => {
    const broken = await serve({ clock: new FakeClock() });
    broken.runners.onLoad = (runner) => runner.say({ type: 'loadFailed', message: 'no such file' });
    const { status, json, headers } = await broken.post('/v1/inference/echo', { inputs: 'x' });
    expect([status, json.error.code, headers.get('retry-after')]).toEqual([503, 'model_unavailable', '10']);
    await broken.close();
  });
});

test('a full queue is 429 with Retry-After, and what waits in it is served', async () => {
  const full = await serve({ limits: shortQueue });
  const { refused, served } = await overfill(full, '/v1/inference/echo', 'test/echo@fp32');
  expect(outcome(refused)).toEqual([429, 'queue_full']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(served.map(({ json }) => json.echoes)).toEqual([['a'], ['b'], ['c']]);
  await full.close();
});
