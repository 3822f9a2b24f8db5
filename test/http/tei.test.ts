/** text-embeddings-inference's routes over scripted runners: what they ask, how they word answers and errors. */
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve({
    tasks,
    models: {
      'test/labels': { task: 'text-classification' },
      'test/words': { task: 'text-generation' },
      'test/pictures': { task: 'image-classification' },
      'other/own': { task: 'embeddings', owner: 'other', visibility: 'private' },
    },
  });
});
afterAll(() => service.close());

const ever = () => service.runners.started.flatMap(({ batches }) => batches.flat());
let before: number;
/** What the runners got in this test. */
const sent = () => ever().slice(before);

beforeEach(() => {
  before = ever().length;
  service.runners.onBatch = (runner, items) => {
    for (const { id, input, params } of items) {
      if ('tokenWork' in (params as object)) runner.answer(id, input);
      else if (runner.load!.pipelineUrl.includes('text-classification'))
        runner.answer(id, { labels: ['b', 'a'], scores: [0.75, 0.25] });
      else runner.answer(id, { vector: Float32Array.of(0.5, -2), tokens: 3, truncated: false });
    }
  };
});

test('/embed answers a bare list, one vector an input', async () => {
  const one = await service.post('/embed', { inputs: 'a' });
  expect([one.status, one.text]).toEqual([200, '[[0.5,-2]]']);
  expect((await service.post('/embed', { inputs: ['a', 'b'] })).json).toEqual([
    [0.5, -2],
    [0.5, -2],
  ]);
  expect(one.headers.get('x-request-id')).toMatch(/^req_/);
  expect(one.headers.get('access-control-allow-origin')).toBe('*');
});

test('what is null or unknown is left out, what is left out is not cut', async () => {
  const body = { inputs: 'a', truncate: null, prompt_name: null, made_up: 1, truncation_direction: 'Right' };
  expect((await service.post('/embed', body)).status).toBe(200);
  expect(sent()[0]!.params).toMatchObject({ truncate: false, normalize: true });
});

test('more inputs than text-embeddings-inference takes by default are no reason to refuse', async () => {
  const { status, json } = await service.post('/embed', { inputs: Array(2048).fill('a') });
  expect([status, json.length]).toEqual([200, 2048]);
});

test('/similarity compares each sentence with the source', async () => {
  const inputs = { source_sentence: 'a', sentences: ['b', 'c'] };
  const { status, json } = await service.post('/similarity', { inputs, parameters: { truncate: true } });
  expect([status, json]).toEqual([200, [4.25, 4.25]]);
  expect(sent().map(({ input }) => input)).toEqual(['a', 'b', 'c']);
  expect(sent()[0]!.params).toMatchObject({ truncate: true, normalize: true });
});

test.each([
  ['a text', 'a', ['a'], 'one'],
  ['a text in a list', ['a'], ['a'], 'one'],
  ['a pair', ['a', 'b'], [['a', 'b']], 'one'],
  ['a list of texts', [['a'], ['b']], ['a', 'b'], 'many'],
  ['texts and pairs', [['a'], ['b', 'c']], ['a', ['b', 'c']], 'many'],
])('/predict of %s', async (_name, inputs, works, answers) => {
  const { status, json } = await service.post('/predict', { inputs });
  const labels = [
    { score: 0.75, label: 'b' },
    { score: 0.25, label: 'a' },
  ];
  expect([status, json]).toEqual([200, answers === 'one' ? labels : works.map(() => labels)]);
  expect(sent().map(({ input }) => input)).toEqual(works);
});

test('/predict asks for raw scores where they are wanted', async () => {
  await service.post('/predict', { inputs: 'a', raw_scores: true });
  await service.post('/predict', { inputs: 'a' });
  expect(sent().map(({ params }) => (params as { scoreFunction?: string }).scoreFunction)).toEqual([
    'none',
    undefined,
  ]);
});

test('/tokenize and /decode ask the model that is named, whatever text task it is of', async () => {
  for (const model of ['', '?model=test/labels', '?model=test/words']) {
    expect((await service.post(`/tokenize${model}`, { inputs: ['a', 'b'] })).json).toEqual(['a', 'b']);
    expect((await service.post(`/decode${model}`, { ids: [1, 2] })).json).toEqual([[1, 2]]);
  }
  const asked = service.runners.started.filter(({ batches }) => batches.length > 0);
  expect(asked.map(({ load }) => load!.modelId)).toEqual(
    expect.arrayContaining(['taskwire/sentences', 'test/labels', 'test/words']),
  );
  expect(sent().map(({ params }) => params)).toContainEqual({ tokenWork: 'decode', special: false });
  const picture = await service.post('/tokenize?model=test/pictures', { inputs: 'a' });
  expect([picture.status, picture.json.error_type]).toEqual([422, 'Validation']);
  expect(picture.json.error).toContain('no tokenizer');
});

test.each([
  ['/embed', { inputs: [] }, 400, 'Empty', 'inputs'],
  ['/embed', {}, 400, 'Empty', 'inputs'],
  ['/rerank?model=test/labels', { query: 'a', texts: ['b'] }, 422, 'Validation', 'cross-encoder'],
  ['/rerank', { query: 'a', texts: ['b'] }, 404, 'Validation', 'cross-encoder'],
  ['/similarity', { inputs: { source_sentence: 'a', sentences: [] } }, 400, 'Empty', 'inputs.sentences'],
  ['/decode', { ids: [] }, 400, 'Empty', 'ids'],
  ['/decode', { ids: [-1] }, 422, 'Validation', 'ids'],
  ['/tokenize', { inputs: 'a'.repeat(140_000) }, 422, 'Validation', 'inputs'],
  ['/embed', { inputs: 5 }, 422, 'Validation', 'inputs'],
  ['/embed', { inputs: Array(2049).fill('a') }, 422, 'Validation', 'inputs'],
  ['/embed', { inputs: 'a', truncation_direction: 'up' }, 422, 'Validation', 'truncation_direction'],
  ['/embed', { inputs: [1, 2], prompt_name: 'query' }, 422, 'Validation', 'prompt_name'],
  ['/embed_all', { inputs: Array(33).fill('a') }, 422, 'Validation', 'inputs'],
  ['/embed_all?model=test/labels', { inputs: 'a' }, 422, 'Validation', 'text-classification'],
  ['/embed_sparse', { inputs: 'a' }, 422, 'Validation', 'sparse'],
  ['/embed', { inputs: '\ud800' }, 422, 'Validation', 'inputs'],
  ['/embed', '{', 422, 'Validation', 'JSON'],
  ['/predict', { inputs: ['a', 'b', 'c'] }, 422, 'Validation', 'inputs'],
  ['/embed?model=no/such', { inputs: 'a' }, 404, 'Validation', 'no/such'],
  ['/embed?model=test/labels', { inputs: 'a' }, 422, 'Validation', 'test/labels'],
  ['/tokenize?model=no/such', { inputs: 'a' }, 404, 'Validation', 'no/such'],
  ['/embed?model=a&model=b', { inputs: 'a' }, 422, 'Validation', 'model'],
])('%s refuses %j with %i %s', async (path, body, status, kind, words) => {
  const type: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const answer = await service.post(path, body, type);
  expect([answer.status, Object.keys(answer.json)]).toEqual([status, ['error', 'error_type']]);
  expect(answer.json.error_type).toBe(kind);
  expect(answer.json.error).toContain(words);
});

test.each([
  ['overloaded', 429, 'Overloaded'],
  ['queue_full', 429, 'Overloaded'],
  ['rate_limited', 429, 'Overloaded'],
  ['runner_failed', 424, 'Backend'],
  ['internal', 500, 'Backend'],
  ['deadline_exceeded', 504, 'Backend'],
  ['model_unavailable', 503, 'Unhealthy'],
  ['input_quarantined', 422, 'Validation'],
  ['context_too_long', 422, 'Validation'],
  ['insufficient_credits', 402, 'Validation'],
])('%s is %i %s to these clients', async (code, status, kind) => {
  service.runners.onBatch = (runner, items) => {
    for (const { id } of items) runner.refuse(id, code);
  };
  const { status: got, json } = await service.post('/embed', { inputs: 'a' });
  expect([got, json.error_type]).toEqual([status, kind]);
});

test('credentials, methods and types are refused in the same words', async () => {
  const stranger = await service.post('/embed', { inputs: 'a' }, { authorization: 'Bearer inf_nobody' });
  expect([stranger.status, stranger.json.error_type]).toEqual([401, 'Validation']);
  expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
  const method = await service.get('/embed');
  expect([method.status, method.headers.get('allow'), method.json.error_type]).toEqual([
    405,
    'POST',
    'Validation',
  ]);
  const type = await service.post('/embed', 'inputs: a', { 'content-type': 'text/yaml' });
  expect([type.status, type.json.error_type]).toEqual([415, 'Validation']);
  const form = new FormData();
  form.set('inputs', 'a');
  expect((await service.post('/embed', form)).status).toBe(415);
});

test('/ping and /info need no key', async () => {
  const anyone = { authorization: '' };
  expect((await service.get('/ping', anyone)).status).toBe(200);
  const { status, json } = await service.get('/info', anyone);
  expect([status, json.model_id, json.model_type]).toEqual([
    200,
    'taskwire/sentences',
    { embedding: { pooling: 'mean' } },
  ]);
  // A model without files says nothing of them.
  const bare = (await service.get('/info?model=test/labels', anyone)).json;
  expect([bare.model_type, bare.max_input_length]).toEqual([
    { classifier: { id2label: {}, label2id: {} } },
    null,
  ]);
  expect((await service.get('/info?model=no/such', anyone)).status).toBe(404);
});

test("another account's model is forbidden, and unknown to who shows no key", async () => {
  const anyone = { authorization: '' };
  expect((await service.get('/info?model=other/own', anyone)).status).toBe(404);
  expect((await service.get('/info?model=other/own')).status).toBe(403);
  const { status, json } = await service.post('/embed?model=other/own', { inputs: 'a' });
  expect([status, json.error_type]).toEqual([403, 'Validation']);
  expect((await service.post('/tokenize?model=other/own', { inputs: 'a' })).status).toBe(403);
});

test('the document has the routes, with their own statuses', async () => {
  const { paths } = (await service.get('/openapi.json')).json;
  for (const path of ['/embed', '/similarity', '/predict', '/rerank', '/tokenize', '/decode', '/vertex']) {
    const { post } = paths[path];
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['200', '400', '422', '424', '429']));
    expect(Object.keys(post.responses)).not.toContain('502');
    expect(post.parameters[0]).toMatchObject({ name: 'model', in: 'query' });
  }
});
