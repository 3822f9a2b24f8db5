/** Tasks that no model of the catalogue serves: documented like all others, and plain about what is missing. */
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve({ tasks, models: {} });
});
afterAll(() => service.close());

const orphans = [
  ['question-answering', { question: 'Who?', context: 'Ann.' }],
  ['fill-mask', { inputs: 'A [MASK].' }],
] as const;

test.each(orphans)('%s without a model is 404 and says so', async (task, body) => {
  const { status, json } = await service.post(`/v1/inference/${task}`, body);
  expect([status, json.error.code, json.error.param]).toEqual([404, 'model_not_found', 'model']);
  expect(json.error.message).toBe(`No model of the catalogue serves ${task}.`);
});

test('the service is ready without them, and its document has them', async () => {
  expect((await service.get('/ready')).status).toBe(200);
  const { paths } = (await service.get('/openapi.json')).json;
  for (const [task] of orphans) expect(paths[`/v1/inference/${task}`].post.summary).toBeTruthy();
});
