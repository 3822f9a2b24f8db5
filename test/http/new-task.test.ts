/** A task is one folder and one line: all that the service does for tasks, it does for one it never heard of. */
import { tasks } from '../../tasks/index.js';
import type { Task } from '../../tasks/task.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
});
afterAll(() => service.close());

test('it is called, counted and documented without another edit', async () => {
  expect((await service.post('/v1/inference/echo', { inputs: 'x' })).status).toBe(200);
  expect((await service.get('/metrics')).text).toContain('taskwire_requests_total{task="echo"');
  const { paths } = (await service.get('/openapi.json')).json;
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/inference/echo', '/v1/inference/echo/stream']),
  );
  expect(paths['/v1/inference/echo'].post.summary).toBe('Says what it was told.');
  expect((await service.get('/v1/models/test/echo')).json.task).toBe('echo');
});

const echoes = { echoes: ['x'] };
const figures = { request_id: expect.any(String), inference_status: expect.any(Object) };

test.each<[string, string, unknown, Record<string, string>, object]>([
  ['its route', 'POST /v1/inference/echo', { inputs: 'x' }, {}, { ...echoes, ...figures }],
  ['its model, natively', 'POST /v1/inference/test/echo', { inputs: 'x' }, {}, { ...echoes, ...figures }],
  [
    "DeepInfra's form",
    'POST /v1/inference/test/echo?format=deepinfra',
    { inputs: 'x', odd: 1 },
    {},
    { ...echoes, ...figures },
  ],
  [
    "a form of DeepInfra's",
    'POST /v1/inference/test/echo',
    new URLSearchParams({ inputs: '["x"]' }),
    {},
    { ...echoes, ...figures },
  ],
  [
    "Hugging Face's form",
    'POST /models/test/echo',
    { inputs: 'x', parameters: { times: 1 }, odd: 1 },
    {},
    echoes,
  ],
  [
    "Hugging Face's client",
    'POST /v1/inference/test/echo',
    { inputs: 'x' },
    { 'user-agent': 'hf_hub/2.4.0' },
    echoes,
  ],
  ["Hugging Face's address of its task", 'POST /pipeline/parrot/test/echo', { inputs: 'x' }, {}, echoes],
])('it is called by %s', async (_, route, body, headers, answer) => {
  const form = new FormData();
  if (body instanceof URLSearchParams) for (const [name, value] of body) form.set(name, value);
  const path = route.replace('POST ', '');
  const { status, json } = await service.post(path, body instanceof URLSearchParams ? form : body, headers);
  expect([status, json]).toEqual([200, answer]);
});

test.each([
  ['/v1/inference/echo/stream', {}],
  ['/v1/inference/test/echo/stream', {}],
  ['/v1/inference/test/echo?format=deepinfra', { stream: true }],
  ['/models/test/echo', { stream: true }],
])('it streams at %s', async (path, more) => {
  const { text } = await service.post(path, { inputs: 'x', ...more });
  const [last] = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .slice(-1);
  expect(JSON.parse(last!.slice(6))).toMatchObject({ token: '', finished: true, echoes: ['x'] });
});

test('so is one with media', async () => {
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(50)]);
  const image = png.toString('base64');
  const weight = { weight: 58, unit: 'bytes', digits: 0 };
  for (const [path, body, answer] of [
    ['/v1/inference/test/scale', { image }, { ...weight, ...figures }],
    ['/v1/inference/test/scale', png, { ...weight, ...figures }],
    ['/models/test/scale', { inputs: image }, weight],
    ['/models/test/scale', png, weight],
    ['/pipeline/weigh', png, weight],
  ] as const)
    expect([path, (await service.post(path, body)).json]).toEqual([path, answer]);
});

test('unknown fields are refused by name on its routes', async () => {
  const { status, json } = await service.post('/v1/inference/echo', { inputs: 'x', tmies: 3 });
  expect([status, json.error.code, json.error.param]).toEqual([400, 'unknown_field', 'tmies']);
});

test.each(tasks.map((task) => [task.name, task] as const))(
  '%s has a request schema that refuses unknown fields, and a name of its own',
  (name, task: Task) => {
    expect(task.request.safeParse({ surely_no_field: 1 }).error?.issues).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'unrecognized_keys' })]),
    );
    const names = tasks.flatMap((one) => [one.name, ...one.aliases]);
    expect(names.filter((one) => one === name)).toHaveLength(1);
    expect(new Set(names).size).toBe(names.length);
  },
);

test('all tasks of the contract are registered, and those that hub clients know beside', () => {
  expect(tasks.map(({ name }) => name).sort()).toEqual([
    'asr',
    'embeddings',
    'fill-mask',
    'image-classification',
    'object-detection',
    'question-answering',
    'text-classification',
    'text-generation',
  ]);
});
