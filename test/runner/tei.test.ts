/** text-embeddings-inference's routes with real runners: scripts/record-tei.py says where the answers come from. */
import { readFileSync } from 'node:fs';
import { expectClose } from '../helpers/expect-close.js';
import { fixture } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';

interface Recorded {
  readonly path: string;
  readonly model: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
}

const { tolerance, cases } = JSON.parse(readFileSync(fixture('tei.json'), 'utf8')) as {
  tolerance: number;
  cases: Recorded[];
};

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const brief = (request: object) => JSON.stringify(request).slice(0, 60);

test.each(cases.map((one) => [one.path, one.model, brief(one.request), one] as const))(
  '%s of %s answers like the reference: %s',
  async (path, model, _brief, { request, answer }) => {
    const { status, json } = await service.post(`${path}?model=${model}`, request);
    expect(status).toBe(200);
    expectClose(json, answer, { tolerance });
  },
);

test('tokens cost no device time, whatever runs beside them', async () => {
  const request = { inputs: 'A river.' };
  const [tokens, vectors] = await Promise.all([
    service.post('/tokenize?model=tiny/bert-embed', request),
    service.post('/embed?model=tiny/bert-embed', request),
  ]);
  expect(tokens.headers.get('x-gpu-seconds')).toBe('0.000000');
  expect(Number(vectors.headers.get('x-gpu-seconds'))).toBeGreaterThan(0);
});

test('ids that are in no vocabulary are passed over', async () => {
  const { status, json } = await service.post('/decode?model=tiny/bert-embed', { ids: [4_000_000_000] });
  expect([status, json]).toEqual([200, ['']]);
});

test.each([
  ['/embed', 'bert-embed', { inputs: 'rain '.repeat(100) }, 'inputs'],
  ['/predict', 'bert-sentiment', { inputs: 'rain '.repeat(100) }, 'inputs'],
  ['/rerank', 'bert-rerank', { query: 'a', texts: ['rain '.repeat(100)] }, 'tokens'],
])('%s refuses what is too long unless it may be cut', async (path, model, request, words) => {
  const refused = await service.post(`${path}?model=tiny/${model}`, request);
  expect([refused.status, refused.json.error_type]).toEqual([422, 'Validation']);
  expect(refused.json.error).toContain(words);
  const cut = await service.post(`${path}?model=tiny/${model}`, { ...request, truncate: true });
  expect(cut.status).toBe(200);
});

test('/invocations and /vertex are the route of the model, one instance after the other', async () => {
  const [texts, query] = [['A river.', 'rain'], { query: 'rain', texts: ['A river.', 'sun'] }];
  for (const [model, route, requests] of [
    ['bert-embed', '/embed', [{ inputs: texts[0] }, { inputs: texts }]],
    ['bert-sentiment', '/predict', [{ inputs: texts[0] }, { inputs: [[texts[0]], [texts[1]]] }]],
    ['bert-rerank', '/rerank', [query, { ...query, texts: ['a', 'b', 'c'] }]],
  ] as const) {
    const ask = async (path: string, body: object) =>
      (await service.post(`${path}?model=tiny/${model}`, body)).json;
    const answers = [];
    for (const request of requests) answers.push(await ask(route, request));
    expect(await ask('/invocations', requests[0])).toEqual(answers[0]);
    expectClose(await ask('/vertex', { instances: requests }), { predictions: answers }, { tolerance: 1e-6 });
  }
});

test('a prompt that the model does not have is refused with those that it has', async () => {
  for (const path of ['/embed', '/embed_all', '/tokenize']) {
    const { status, json } = await service.post(`${path}?model=tiny/bert-embed`, {
      inputs: 'a',
      prompt_name: 'passage',
    });
    expect([status, json.error_type]).toEqual([422, 'Validation']);
    expect(json.error).toMatch(/prompt_name.*"passage".*"query", "document"/);
  }
  const none = await service.post('/tokenize?model=tiny/bert-rerank', { inputs: 'a', prompt_name: 'query' });
  expect([none.status, none.json.error.includes('no prompts')]).toEqual([422, true]);
});

test('a pair for a model that labels tokens is refused', async () => {
  const { status, json } = await service.post('/predict?model=tiny/bert-ner', { inputs: ['a', 'b'] });
  expect([status, json.error_type]).toEqual([422, 'Validation']);
});

test('without a model the first cross-encoder reranks', async () => {
  const { status, json } = await service.post('/rerank', { query: 'a', texts: ['b', 'c', 'd'] });
  expect(status).toBe(200);
  expect(json.map(({ index }: { index: number }) => index).toSorted()).toEqual([0, 1, 2]);
  const scores = json.map(({ score }: { score: number }) => score);
  expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
});

test('/info tells what serves, without a key', async () => {
  const anyone = { authorization: '' };
  const kinds = async (model: string) => (await service.get(`/info?model=${model}`, anyone)).json.model_type;
  expect((await service.get('/info', anyone)).json).toMatchObject({
    model_id: expect.any(String),
    model_dtype: expect.stringMatching(/^float/),
    max_client_batch_size: 2048,
    max_input_length: expect.any(Number),
  });
  expect(await kinds('tiny/bert-embed')).toEqual({ embedding: { pooling: 'mean' } });
  expect(await kinds('tiny/bert-embed-cls')).toEqual({ embedding: { pooling: 'cls' } });
  expect(await kinds('tiny/bert-rerank')).toEqual({
    reranker: { id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } },
  });
  expect(Object.keys(await kinds('tiny/bert-nli'))).toEqual(['classifier']);
});
