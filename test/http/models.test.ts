import { type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

let service: Served;
beforeEach(async () => {
  service = await serve({
    models: {
      'test/echo': { task: 'echo', default: true, description: 'Says it again.', owner: 'me' },
      plain: { task: 'echo' },
    },
  });
});
afterEach(() => service.close());

const anyone = { authorization: '' };

test('the list of models is public and has the form that OpenAI clients read', async () => {
  const { status, json } = await service.get('/v1/models', anyone);
  expect(status).toBe(200);
  expect(json).toEqual({
    object: 'list',
    data: expect.arrayContaining([
      {
        id: 'test/echo',
        object: 'model',
        created: expect.any(Number),
        owned_by: 'me',
        task: 'echo',
        default: true,
        description: 'Says it again.',
        variants: ['fp32'],
      },
      expect.objectContaining({ id: 'plain', default: false }),
    ]),
  });
  expect(Math.abs(json.data[0].created - Date.now() / 1000)).toBeLessThan(600);
});

test.each([
  '/v1/models/test/echo',
  '/v1/models/test/echo/',
  '/v1/models/test%2Fecho',
  '/api/v1/inference/models/test/echo',
])('GET %s tells about one model', async (path) => {
  const { status, json } = await service.get(path, anyone);
  expect([status, json.id, json.object]).toEqual([200, 'test/echo', 'model']);
});

test('a model that does not exist is not found', async () => {
  for (const path of ['/v1/models/no/model', '/v1/models/no/model/health', '/v1/models/health']) {
    const { status, json } = await service.get(path, anyone);
    expect([status, json.error.code]).toEqual([404, 'model_not_found']);
  }
});

test.each(['/v1/models/no/model', '/v1/models/no%2Fmodel', '/inference/v1/models/no/model'])(
  'GET %s is refused in the envelope of OpenAI',
  async (path) => {
    const { status, json } = await service.get(path, anyone);
    expect([status, json]).toEqual([
      404,
      {
        error: {
          message: expect.stringContaining('no/model'),
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
    ]);
  },
);

test('a look at the health of a cold model does not load it, a poll with a key does', async () => {
  service.runners.onLoad = (runner) => runner.say({ type: 'loading', stage: 'opening model' });
  const look = await service.get('/v1/models/test/echo/health', anyone);
  expect([look.status, look.json]).toMatchObject([200, { model: 'test/echo', status: 'unavailable' }]);
  expect(service.runners.started).toHaveLength(0);
  await service.get('/v1/models/test/echo/health');
  await until(() => service.runners.started.length === 1);
  await until(
    async () => (await service.get('/v1/models/test/echo/health', anyone)).json.detail === 'opening model',
  );
  const loading = await service.get('/v1/models/test/echo/health', anyone);
  expect(loading.json).toMatchObject({ status: 'loading', estimated_time: expect.any(Number) });
  service.runners.last.ready();
  const ready = await service.get('/v1/models/test/echo/health');
  expect(ready.json).toEqual({ model: 'test/echo', status: 'ready' });
});

test('a poll with a wrong key is refused', async () => {
  const { status } = await service.get('/v1/models/test/echo/health', {
    authorization: 'Bearer inf_wrong_key',
  });
  expect(status).toBe(401);
  expect(service.runners.started).toHaveLength(0);
});

test('the start warms what the settings say', async () => {
  const started = async (warm: string) => {
    const warmed = await serve({ env: { TASKWIRE_WARM: warm } });
    await warmed.service.warm();
    const ids = warmed.runners.started.map(({ load }) => load?.modelId);
    await warmed.close();
    return ids;
  };
  expect(await started('none')).toEqual([]);
  expect(await started('defaults')).toEqual(['test/echo', 'test/scale']);
  expect(await started('test/scale')).toEqual(['test/scale']);
});

test('a model that cannot be warmed does not keep the others cold', async () => {
  const broken = await serve({ env: { TASKWIRE_WARM: 'test/echo,no/such,test/scale' } });
  broken.runners.onLoad = (runner) => {
    if (runner.load?.modelId === 'test/echo') runner.say({ type: 'loadFailed', message: 'no' });
    else runner.ready();
  };
  await broken.service.warm();
  expect((await broken.get('/v1/models/test/scale/health')).json.status).toBe('ready');
  await broken.close();
});
