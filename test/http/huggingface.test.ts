/** Hugging Face's dialect: its addresses, what goes to the runner, and in which words the answer comes back. */
import { png, type Scripted, serveScripted, wav } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const ask = (model: string, body: unknown, headers: Record<string, string> = {}) =>
  service.post(`/models/test/${model}`, body, headers);

const classified = { labels: ['a', 'b'], scores: [0.75, 0.25] };
const labels = [
  { label: 'a', score: 0.75 },
  { label: 'b', score: 0.25 },
];

test.each([
  '/models/test/labels',
  '/models/test%2Flabels',
  '/models/test/labels/fp32',
  '/models/test/labels/pipeline/text-classification',
  '/pipeline/text-classification/test/labels',
  '/pipeline/sentiment-analysis',
  '/pipeline/text-classification/test/labels/fp32',
  '/hf-inference/models/test/labels',
  '/hf-inference/models/test/labels/pipeline/token-classification',
  '/v1/inference/test/labels',
])('a model is called at %s', async (path) => {
  service.answers(classified);
  const { status, json } = await service.post(path, { inputs: 'x' });
  expect([status, json]).toEqual([200, [labels]]);
});

describe('parameters reach the runner, wherever they stand', () => {
  test.each([
    [
      'apart',
      { parameters: { top_k: 3, function_to_apply: 'sigmoid', odd: 1 }, options: { use_cache: false } },
    ],
    ['beside the inputs', { top_k: 3, function_to_apply: 'sigmoid', odd: null }],
  ])('%s', async (_, more) => {
    service.answers(classified);
    expect((await ask('labels', { inputs: 'x', ...more })).status).toBe(200);
    expect(service.sent('labels').params).toMatchObject({ topK: 3, scoreFunction: 'sigmoid' });
  });

  test('of token classification, and of texts that are too long', async () => {
    service.answers({ labels: [], scores: [], entities: [] });
    const parameters = { stride: 7, ignore_labels: ['LOC'], aggregation_strategy: 'first' };
    await ask('labels', { inputs: 'x', parameters });
    expect(service.sent('labels').params).toMatchObject({
      strideTokens: 7,
      ignoredLabels: ['LOC'],
      aggregation: 'first',
    });
    service.answers({ vector: Float32Array.of(1), tokens: 1, truncated: false });
    await ask('vectors', { inputs: 'x', prompt_name: 'query', truncate: true, truncation_direction: 'Left' });
    expect(service.sent('vectors').params).toMatchObject({ promptName: 'query', cutSide: 'left' });
  });

  test('in the query of bare bytes', async () => {
    service.answers(classified);
    await service.post('/models/test/pictures?top_k=1', png, { 'content-type': 'image/png' });
    expect(service.sent('pictures').params).toEqual({ topK: 1 });
  });
});

describe('each kind of model has its shape', () => {
  const entity = { entity_group: 'PER', score: 0.5, word: 'ann', start: 0, end: 3 };
  const place = { ...entity, entity_group: 'LOC' };
  const answer = { answer: 'a', score: 0.5, start: 0, end: 1 };
  const fill = { score: 0.5, token: 3, token_str: 'a', sequence: 'a b' };
  const box = { xmin: 0.4, ymin: 1, xmax: 2.5, ymax: 3 };
  const segments = [
    { start: 0, end: 1.5, text: ' hello', words: [{ word: ' hello', start: 0, end: 1.25, probability: 1 }] },
  ];
  const speech = { text: 'hello', seconds: 2, language: 'en', segments };
  const image = png.toString('base64');
  const vector = (...numbers: number[]) => ({
    vector: Float32Array.from(numbers),
    tokens: 1,
    truncated: false,
  });
  const choice = { candidate_labels: 'a, b', multi_label: true };

  test.each<[string, string, object, unknown, unknown]>([
    ['labels of several texts', 'labels', { inputs: ['x', 'y'] }, classified, [labels, labels]],
    ['labels of our choice', 'labels', { inputs: 'x', parameters: choice }, classified, labels],
    ['entities', 'labels', { inputs: 'x' }, { labels: [], scores: [], entities: [entity] }, [entity]],
    [
      'entities of texts',
      'labels',
      { inputs: ['x'], parameters: { ignore_labels: ['ORG'], aggregation_strategy: 'simple' } },
      { labels: [], scores: [], entities: [entity, place] },
      [[entity, place]],
    ],
    [
      'tokens by themselves',
      'labels',
      { inputs: 'x', parameters: { aggregation_strategy: 'none' } },
      { labels: [], scores: [], entities: [{ ...entity, entity_group: 'B-PER', index: 1 }] },
      [{ entity: 'B-PER', index: 1, score: 0.5, word: 'ann', start: 0, end: 3 }],
    ],
    ['a vector', 'vectors', { inputs: 'x' }, vector(0.5, -1), [0.5, -1]],
    ['vectors', 'vectors', { inputs: ['x'] }, vector(0.5, -1), [[0.5, -1]]],
    ['vectors in base64', 'vectors', { inputs: ['x'], encoding_format: 'base64' }, vector(0.5), ['AAAAPw==']],
    [
      'likeness',
      'vectors',
      { inputs: { source_sentence: 'x', sentences: ['y', 'z'] } },
      (text: string) => (text === 'z' ? vector(0, 1) : vector(1, 0)),
      [1, 0],
    ],
    ['an answer', 'answers', { inputs: { question: 'x', context: 'y' } }, { answers: [answer] }, answer],
    [
      'answers',
      'answers',
      { inputs: { question: 'x', context: 'y' }, parameters: { top_k: 2 } },
      { answers: [answer] },
      [answer],
    ],
    ['what a mask hides', 'fills', { inputs: 'x' }, { masks: [[fill]], truncated: false }, [fill]],
    [
      'what two masks hide',
      'fills',
      { inputs: 'x' },
      { masks: [[fill], [fill]], truncated: false },
      [[fill], [fill]],
    ],
    ['labels of a picture', 'pictures', { inputs: image }, classified, labels],
    [
      'objects, in whole pixels',
      'objects',
      { inputs: image, parameters: { threshold: 0.5 } },
      { objects: [{ label: 'x', score: 0.5, box }], width: 4, height: 4 },
      [{ label: 'x', score: 0.5, box: { xmin: 0, ymin: 1, xmax: 3, ymax: 3 } }],
    ],
    ['speech', 'sounds', { inputs: wav.toString('base64') }, speech, { text: 'hello' }],
    [
      'speech with times',
      'sounds',
      { inputs: wav.toString('base64'), parameters: { return_timestamps: true } },
      speech,
      { text: 'hello', chunks: [{ text: ' hello', timestamp: [0, 1.5] }] },
    ],
    [
      'speech with times of words',
      'sounds',
      { inputs: wav.toString('base64'), parameters: { return_timestamps: 'word' } },
      speech,
      { text: 'hello', chunks: [{ text: ' hello', timestamp: [0, 1.25] }] },
    ],
  ])('%s', async (_, model, body, value, expected) => {
    service.answers(value);
    const { status, json } = await ask(model, body);
    expect([status, json]).toEqual([200, expected]);
  });
});

test('a model tells what it is and how it is', async () => {
  for (const at of ['/models', '/hf-inference/models', '/v1/inference', '/pipeline/text-classification']) {
    const get = (path: string) => service.get(`${at}/${path}`, { authorization: '' });
    expect((await get('test/labels/info')).json).toEqual({
      model_id: 'test/labels',
      model_dtype: 'fp32',
      model_pipeline_tag: 'text-classification',
    });
    expect((await get('test/labels/health')).json).toEqual({ status: 'ready' });
    expect((await get('test/pairs/health')).json).toEqual({ status: 'cold' });
    expect((await get('none/health')).status).toBe(404);
    expect((await get('test/labels')).status).toBe(405);
    const posted = await service.post(`${at}/test/labels/info`, { inputs: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  }
});
