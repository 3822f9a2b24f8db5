/** `/invocations` and `/vertex` over scripted runners: which route answers, and several requests as one. */
import { type Scripted, serveScripted } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

/** Says of each text how long it is, of each pair how far apart. */
const answerByInput = () =>
  service.answers((input: string | readonly string[]) =>
    typeof input === 'string'
      ? {
          labels: ['x'],
          scores: [input.length],
          vector: Float32Array.of(input.length),
          tokens: 1,
          truncated: false,
        }
      : { labels: ['x'], scores: [input[1]!.length - input[0]!.length] },
  );

beforeEach(answerByInput);

test.each([
  ['nothing named', '', { inputs: ['a', 'bb'] }, [[1], [2]]],
  ['embeddings', '?model=test/vectors', { inputs: 'abc' }, [[3]]],
  ['a classifier', '?model=test/labels', { inputs: 'ab' }, [{ label: 'x', score: 2 }]],
  [
    'a cross-encoder',
    '?model=test/pairs',
    { query: 'a', texts: ['bb', 'ccc'] },
    [
      { index: 1, score: 2 },
      { index: 0, score: 1 },
    ],
  ],
  ['a pair', '?model=test/pairs', { inputs: ['a', 'bbb'] }, [{ label: 'x', score: 2 }]],
  ['a query', '', { query: 'a', texts: ['bb'] }, [{ index: 0, score: 1 }]],
])('/invocations is the route of what is asked: %s', async (_, query, body, expected) => {
  const { status, json } = await service.post(`/invocations${query}`, body);
  expect([status, json]).toEqual([200, expected]);
});

test('/vertex answers each instance in its turn, run as one request', async () => {
  const before = service.sent('vectors').inputs.length;
  const instances = [{ inputs: 'a' }, { inputs: ['bb', 'ccc'], truncate: null }];
  const texts = await service.post('/vertex?model=test/vectors', {
    instances,
  });
  expect([texts.status, texts.json]).toEqual([200, { predictions: [[[1]], [[2], [3]]] }]);
  expect(service.sent('vectors').inputs.slice(before)).toEqual(['a', 'bb', 'ccc']);
  const pairs = await service.post('/vertex?model=test/pairs', {
    instances: [{ inputs: 'ab' }, { inputs: [['a', 'bbb'], ['cd']] }],
  });
  expect(pairs.json).toEqual({
    predictions: [[{ label: 'x', score: 2 }], [[{ label: 'x', score: 2 }], [{ label: 'x', score: 2 }]]],
  });
  const rankings = await service.post('/vertex?model=test/pairs', {
    instances: [
      { query: 'a', texts: ['bb'] },
      { query: 'a', texts: ['bb', 'ccc'], raw_scores: false },
    ],
  });
  expect(rankings.json.predictions.map((one: object[]) => one.length)).toEqual([1, 2]);
});

test.each([
  [{}, 400, 'Empty', 'instances'],
  [{ instances: [] }, 400, 'Empty', 'instances'],
  [{ instances: 'a' }, 422, 'Validation', 'instances'],
  [{ instances: ['a'] }, 422, 'Validation', 'instances[0]'],
  [{ instances: [{ inputs: 'a' }, { inputs: 5 }] }, 422, 'Validation', 'instances[1].inputs'],
  [{ instances: [{ inputs: 'a' }, { inputs: 'b', normalize: false }] }, 422, 'Validation', 'run together'],
  [{ instances: Array(3).fill({ inputs: Array(1000).fill('a') }) }, 422, 'Validation', '2048'],
])('/vertex refuses %j with %i %s', async (body, status, kind, words) => {
  const answer = await service.post('/vertex', body);
  expect([answer.status, answer.json.error_type]).toEqual([status, kind]);
  expect(answer.json.error).toContain(words);
});

test('a model of another task is refused, whatever the entry', async () => {
  for (const [path, body] of [
    ['/invocations', { inputs: 'a' }],
    ['/vertex', { instances: [{ inputs: 'a' }] }],
  ] as const) {
    const { status, json } = await service.post(`${path}?model=test/writer`, body);
    expect([status, json.error_type]).toEqual([422, 'Validation']);
    expect((await service.post(`${path}?model=no/such`, body)).status).toBe(404);
    expect((await service.get(path)).status).toBe(405);
  }
});

test('what other servers of embeddings have at the root is there', async () => {
  const vectors = await service.post('/embeddings', { input: 'abc', encoding_format: 'float' });
  expect(vectors.json.data).toEqual([{ object: 'embedding', index: 0, embedding: [3] }]);
  const body = { input: ['a', 'bb'], model: 'test/labels' };
  for (const path of ['/classify', '/v1/classify']) {
    const { status, json } = await service.post(path, body);
    expect([status, json.object, json.model]).toEqual([200, 'classify', 'test/labels']);
    expect(json.data).toEqual([[{ label: 'x', score: 1 }], [{ label: 'x', score: 2 }]]);
    expect(json.usage).toEqual({ prompt_tokens: 6, total_tokens: 6 });
  }
  const refused = await service.post('/classify', { input: [] });
  expect([refused.status, refused.json.error.param]).toEqual([400, 'input']);
});
