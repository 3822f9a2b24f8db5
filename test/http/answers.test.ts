import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve({
    models: {
      'test/echo': { task: 'echo', default: true },
      'test/other': { task: 'parrot' },
      plain: { task: 'echo' },
    },
  });
});
afterAll(() => service.close());

const ask = (path: string, body: object = { inputs: 'hello' }) => service.post(`/v1/inference/${path}`, body);

test('an answer carries its results, its id and what it took', async () => {
  const { status, json, headers } = await ask('echo', { inputs: ['a', 'b'] });
  expect(status).toBe(200);
  expect(json).toEqual({
    echoes: ['a', 'b'],
    request_id: headers.get('x-request-id'),
    inference_status: {
      status: 'succeeded',
      runtime_ms: expect.any(Number),
      cost: 0,
      tokens_input: 2,
      tokens_generated: 0,
    },
  });
});

test('every unary answer carries the headers of the contract', async () => {
  const { headers } = await ask('echo', { inputs: ['a', 'b'] });
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('x-request-id')).toMatch(/^req_\S{16,}$/);
  expect(headers.get('x-compute-time-ms')).toMatch(/^\d+\.\d$/);
  expect(headers.get('x-queue-time-ms')).toMatch(/^\d+\.\d$/);
  expect(headers.get('x-gpu-seconds')).toBe('0.000500');
  expect(headers.get('x-cost-usd')).toBe('0.000000');
  expect(headers.get('x-cache')).toBe('off');
  expect(headers.get('server-timing')).toMatch(/^queue;dur=[\d.]+, compute;dur=[\d.]+$/);
  expect(headers.get('x-powered-by')).toBeNull();
});

test('each request has an id of its own, answered or not', async () => {
  const answers = await Promise.all([ask('echo'), ask('echo', {}), ask('nothing'), service.get('/health')]);
  const ids = answers.map(({ headers }) => headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(4);
  expect(ids.every(Boolean)).toBe(true);
});

test.each([
  ['its task', 'echo'],
  ['an alias of its task', 'parrot'],
  ['its id', 'test/echo'],
  ['its id in a precision', 'test/echo/fp32'],
  ['an id without a slash', 'plain'],
  ['an encoded id', 'test%2Fecho'],
  ['a path with a slash at its end', 'echo/'],
])('a model is reached by %s', async (_, path) => {
  const { status, json } = await ask(path);
  expect([status, json.echoes]).toEqual([200, ['hello']]);
});

test('the model of the path wins over one in the body', async () => {
  const seen = service.runners.started.length;
  const { status } = await ask('test/other', { inputs: 'x', model: 'test/echo' });
  expect(status).toBe(200);
  expect(service.runners.started.slice(seen).map(({ load }) => load?.modelId)).toEqual(['test/other']);
});

test('a model named in the body serves, with a suffix too', async () => {
  for (const model of ['plain', 'plain/fp32']) {
    const { status } = await ask('echo', { inputs: 'x', model });
    expect(status).toBe(200);
  }
  expect(service.runners.started.filter(({ load }) => load?.modelId === 'plain')).toHaveLength(1);
});

test('else the one named in the query', async () => {
  const seen = service.runners.started.length;
  for (const [query, body] of [
    ['plain', {}],
    ['no/such', { model: 'plain' }],
  ] as const)
    expect((await ask(`echo?model=${query}`, { inputs: 'x', ...body })).status).toBe(200);
  expect(service.runners.started).toHaveLength(seen);
  expect((await ask('echo?model=no/such')).status).toBe(404);
  const twice = await ask('echo?model=plain&model=test/echo');
  expect([twice.status, twice.json.error.param]).toEqual([400, 'model']);
});

test('the parameters reach the runner and not the answer', async () => {
  await ask('echo', { inputs: 'three times', times: 3 });
  const sent = service.runners.started
    .flatMap(({ batches }) => batches.flat())
    .find(({ input }) => input === 'three times');
  expect(sent?.params).toEqual({ times: 3, stream: false, suffix: '' });
});

test('2,048 inputs are answered in order', async () => {
  const inputs = Array.from({ length: 2048 }, (_, i) => `text ${i} ${'x'.repeat(i % 50)}`);
  const { status, json, headers } = await ask('echo', { inputs });
  expect(status).toBe(200);
  expect(json.echoes).toEqual(inputs);
  expect(headers.get('x-gpu-seconds')).toBe('0.512000');
});

test('requests at the same time get their own answers', async () => {
  const texts = Array.from({ length: 100 }, (_, i) => `request ${i}`);
  const answers = await Promise.all(texts.map((inputs) => ask('echo', { inputs })));
  expect(answers.map(({ json }) => json.echoes[0])).toEqual(texts);
});

test('a picture comes as a file, as raw bytes, as base64 and as a data URL', async () => {
  const weighing = await serve();
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)]);
  const form = (name: string, before: Record<string, string> = {}, after: Record<string, string> = {}) => {
    const data = new FormData();
    for (const [key, value] of Object.entries(before)) data.set(key, value);
    data.set(name, new Blob([png], { type: 'image/png' }), 'a.png');
    for (const [key, value] of Object.entries(after)) data.set(key, value);
    return data;
  };
  const post = (body: unknown, headers = {}, query = '') =>
    weighing.post(`/v1/inference/weigh${query}`, body, headers);
  const answers = await Promise.all([
    post(form('file')),
    post(form('image')),
    post(form('audio')),
    post(form('file', { digits: '2', model: 'test/scale' })),
    post(form('file', {}, { digits: '2', unit: 'bytes' })),
    post(png, { 'content-type': 'image/png' }),
    post(png, { 'content-type': 'image/png' }, '?model=test/scale&digits=2'),
    post(png, { 'content-type': 'application/octet-stream' }),
    post({ image: png.toString('base64') }),
    post({ image: `data:image/png;base64,${png.toString('base64')}`, digits: 2 }),
    post({ image_url: `data:image/png;base64,${png.toString('base64')}` }),
  ]);
  expect(answers.map(({ status, json }) => [status, json.weight])).toEqual(answers.map(() => [200, 108]));
  expect(answers.map(({ json }) => json.digits)).toEqual([0, 0, 0, 2, 2, 0, 2, 0, 0, 2, 0]);
  await weighing.close();
});
