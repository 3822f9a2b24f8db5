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

test('all six tasks of the contract are registered', () => {
  expect(tasks.map(({ name }) => name).sort()).toEqual([
    'asr',
    'embeddings',
    'image-classification',
    'object-detection',
    'text-classification',
    'text-generation',
  ]);
});
