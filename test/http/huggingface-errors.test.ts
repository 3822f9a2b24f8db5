/** What Hugging Face's dialect refuses, and in which words. */
import { FakeClock } from '../helpers/fake-clock.js';
import { overfill, shortQueue } from '../helpers/full-queue.js';
import { type Scripted, serveScripted, wav } from '../helpers/scripted.js';
import { until } from '../helpers/until.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const ask = (model: string, body: unknown, headers: Record<string, string> = {}) =>
  service.post(`/models/test/${model}`, body, headers);

const classified = { labels: ['a', 'b'], scores: [0.75, 0.25] };

test.each<[string, string, unknown, Record<string, string>, number, string]>([
  ['no key', 'labels', { inputs: 'x' }, { authorization: '' }, 401, 'invalid_key'],
  ['an unknown model', 'none', { inputs: 'x' }, {}, 404, 'model_not_found'],
  ['an unknown task', 'labels/pipeline/summarization', { inputs: 'x' }, {}, 404, 'route_not_found'],
  ['a model of another task', 'labels/pipeline/fill-mask', { inputs: 'x' }, {}, 400, 'validation'],
  ['a wrong field', 'labels', { inputs: 'x', parameters: { top_k: 0 } }, {}, 400, 'validation'],
  [
    'options that are none',
    'labels',
    { inputs: 'x', options: { wait_for_model: 'yes' } },
    {},
    400,
    'validation',
  ],
  ['parameters that are none', 'labels', { inputs: 'x', parameters: 5 }, {}, 400, 'validation'],
  ['what cannot be done', 'writer', { inputs: 'x', parameters: { watermark: true } }, {}, 400, 'validation'],
  ['no media', 'pictures', {}, {}, 400, 'validation'],
  ['broken JSON', 'labels', '{', { 'content-type': 'application/json' }, 400, 'validation'],
  ['a body too large', 'labels', { inputs: 'x'.repeat(11 * 2 ** 20) }, {}, 413, 'validation'],
  ['sound for a picture', 'pictures', wav, { 'content-type': 'audio/wav' }, 415, 'validation'],
  ['a type nobody reads', 'labels', 'x', { 'content-type': 'text/plain' }, 415, 'validation'],
])('%s is refused in one sentence, with its kind', async (_, path, body, headers, status, kind) => {
  const answer = await ask(path, body, headers);
  expect([answer.status, answer.json]).toEqual([status, { error: expect.any(String), error_type: kind }]);
});

test('an input that ended two runners is refused, then quarantined', async () => {
  service.answers(classified);
  await ask('labels', { inputs: 'warm' });
  service.runners.onBatch = (runner) => runner.exit();
  const failed = await ask('labels', { inputs: 'poison' });
  expect([failed.status, failed.json.error_type]).toEqual([502, 'generation']);
  const quarantined = await ask('labels', { inputs: 'poison' });
  expect([quarantined.status, quarantined.json.error_type]).toEqual([422, 'validation']);
});

test('a model that loads for too long is 503 with the time it needs, unless the client waits', async () => {
  const clock = new FakeClock();
  const slow = await serveScripted({ clock });
  slow.answers(classified);
  slow.runners.onLoad = () => {};
  const post = (more: object) => slow.post('/models/test/labels', { inputs: 'x', ...more });
  const refused = post({});
  const waiting = [post({ options: { wait_for_model: true } }), post({ wait_for_model: true })];
  await until(() => slow.service.engine.lanes.get('test/labels@fp32')?.stats.queuedJobs === 3);
  await clock.advance(30_000);
  const { status, json, headers } = await refused;
  expect([status, json]).toEqual([
    503,
    {
      error: expect.any(String),
      error_type: 'overloaded',
      estimated_time: Number(headers.get('retry-after')),
    },
  ]);
  slow.runners.last.ready();
  for (const answer of waiting) expect((await answer).status).toBe(200);
  await slow.close();
});

test("a full queue is 429 in the dialect's words", async () => {
  const full = await serveScripted({ limits: shortQueue });
  full.answers(classified);
  const { refused, served } = await overfill(full, '/models/test/labels', 'test/labels@fp32');
  expect([refused.status, refused.json]).toEqual([
    429,
    { error: expect.any(String), error_type: 'overloaded' },
  ]);
  expect(served.map(({ status }) => status)).toEqual([200, 200, 200]);
  await full.close();
});
